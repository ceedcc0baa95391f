"""Updates after a signature: shadow documents, annotations, scripts, layers, fonts, form values.

Whatever can be seen, runs, or is a form's value may not change (issue 5, what is allowed after signing): the file no
longer is what was signed. EN 319 102-1 has no name of its own for it; it is a fault of the format, as in DSS.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

from tests.signing.attacks.craft import Layout, signed, updated
from tests.signing.attacks.forge import SIGNATURE_BOX, Forge, with_form
from tests.signing.attacks.registry import FORMAT, Source, register

Change = Callable[[IncrementalPdfFileWriter], None]
EVIL = b"BT /F1 24 Tf 72 700 Td (Le phi: 900.000 dong) Tj ET"


def d(**entries: Any) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def array(*items: Any) -> generic.ArrayObject:
    return generic.ArrayObject([generic.FloatObject(one) if isinstance(one, int | float) else one for one in items])


def name(value: str) -> generic.NameObject:
    return pdf_name(f"/{value}")


def text(value: str) -> generic.PdfObject:
    return generic.pdf_string(value)


def number(value: int) -> generic.NumberObject:
    return generic.NumberObject(value)


def stream(content: bytes, **entries: Any) -> generic.StreamObject:
    return generic.StreamObject(d(**entries), stream_data=content)


def page_of(writer: IncrementalPdfFileWriter, index: int = 0) -> generic.DictionaryObject:
    page = writer.root["/Pages"]["/Kids"].raw_get(index)
    writer.mark_update(page)
    return page.get_object()


def set_in_page(writer: IncrementalPdfFileWriter, **entries: Any) -> None:
    page_of(writer).update(d(**entries))


def set_in_root(writer: IncrementalPdfFileWriter, **entries: Any) -> None:
    writer.root.update(d(**entries))
    writer.update_root()


def script() -> generic.DictionaryObject:
    return d(S=name("JavaScript"), JS=text("this.getField('Amount').value = '900.000';"))


def annotate(writer: IncrementalPdfFileWriter, **entries: Any) -> None:
    """Add an annotation over the text of the first page."""
    appearance = writer.add_object(
        stream(b"1 g 0 0 300 40 re f", Type=name("XObject"), Subtype=name("Form"), BBox=array(0, 0, 300, 40))
    )
    common = d(Type=name("Annot"), Rect=array(70, 690, 370, 730), F=number(4), AP=d(N=appearance))
    common.update(d(**entries))
    page = page_of(writer)
    found = page.get("/Annots")
    page[pdf_name("/Annots")] = array(*(found or ()), writer.add_object(common))


def replace_font(writer: IncrementalPdfFileWriter) -> None:
    """The letters of the signed text are drawn by other shapes."""
    shape = stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    procedures = d(A=writer.add_object(shape))
    font = d(
        Type=name("Font"), Subtype=name("Type3"), FontBBox=array(0, 0, 750, 750),
        FontMatrix=array(0.001, 0, 0, 0.001, 0, 0), CharProcs=procedures, FirstChar=number(97), LastChar=number(97),
        Encoding=d(Type=name("Encoding"), Differences=array(number(97), name("A"))), Widths=array(number(1000)),
    )  # fmt: skip
    old = page_of(writer)["/Resources"]["/Font"].raw_get("/F1")
    target = old.get_object()
    target.clear()
    target.update(font)
    writer.mark_update(old)


def replace_image(writer: IncrementalPdfFileWriter) -> None:
    old = page_of(writer)["/Resources"]["/XObject"].raw_get("/Im1")
    names = {"Type": name("XObject"), "Subtype": name("Image"), "ColorSpace": name("DeviceGray")}
    sizes = {"Width": number(4), "Height": number(4), "BitsPerComponent": number(8)}
    writer.objects[old.generation, old.idnum] = stream(b"\xff" * 16, **names, **sizes)


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    set_in_page(writer, Contents=writer.add_object(stream(EVIL)))


def append_content(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[pdf_name("/Contents")] = array(page.raw_get("/Contents"), writer.add_object(stream(EVIL)))


def replace_resources(writer: IncrementalPdfFileWriter) -> None:
    set_in_page(writer, Resources=d())


def add_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    page = d(
        Type=name("Page"), Parent=writer.root.raw_get("/Pages"), MediaBox=array(0, 0, 595, 842),
        Contents=writer.add_object(stream(EVIL)), Resources=d(),
    )  # fmt: skip
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = number(3)
    writer.update_container(pages)


def remove_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].pop()
    pages[pdf_name("/Count")] = number(1)
    writer.update_container(pages)


def swap_pages(writer: IncrementalPdfFileWriter) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids[0], kids[1] = kids.raw_get(1), kids.raw_get(0)
    writer.update_container(writer.root["/Pages"])


def other_page_tree(writer: IncrementalPdfFileWriter) -> None:
    """The catalogue names another tree; the signed pages are all still there, unseen."""
    tree = d(Type=name("Pages"), Count=number(1))
    reference = writer.add_object(tree)
    page = d(Type=name("Page"), Parent=reference, MediaBox=array(0, 0, 595, 842), Resources=d())
    page[pdf_name("/Contents")] = writer.add_object(stream(EVIL))
    tree[pdf_name("/Kids")] = array(writer.add_object(page))
    set_in_root(writer, Pages=reference)


def layer(writer: IncrementalPdfFileWriter) -> None:
    group = writer.add_object(d(Type=name("OCG"), Name=text("Lop")))
    set_in_root(writer, OCProperties=d(OCGs=array(group), D=d(OFF=array(group))))


def embedded_file(writer: IncrementalPdfFileWriter) -> None:
    inside = writer.add_object(stream(b"khac", Type=name("EmbeddedFile")))
    spec = writer.add_object(d(Type=name("Filespec"), F=text("khac.txt"), EF=d(F=inside)))
    set_in_root(writer, Names=d(EmbeddedFiles=d(Names=array(text("khac.txt"), spec))))


def named_script(writer: IncrementalPdfFileWriter) -> None:
    set_in_root(writer, Names=d(JavaScript=d(Names=array(text("a"), writer.add_object(script())))))


def title(writer: IncrementalPdfFileWriter) -> None:
    reference = writer.add_object(d(Title=text("Quyet dinh khac")))
    writer.set_info(reference)
    writer.trailer["/Info"] = reference


PAGES: dict[str, tuple[Source, Change]] = {
    "shadow-page-content-replaced": (Source.SHADOW, replace_content),
    "shadow-content-appended": (Source.UPDATE, append_content),
    "shadow-font-replaced": (Source.SHADOW, replace_font),
    "shadow-image-replaced": (Source.SHADOW, replace_image),
    "shadow-resources-emptied": (Source.SHADOW, replace_resources),
    "shadow-other-page-tree": (Source.SHADOW, other_page_tree),
    "page-added": (Source.ISA, add_page),
    "page-removed": (Source.ISA, remove_page),
    "pages-reordered": (Source.ISA, swap_pages),
    "page-turned": (Source.UPDATE, partial(set_in_page, Rotate=number(180))),
    "page-cropped": (Source.UPDATE, partial(set_in_page, CropBox=array(0, 0, 595, 400))),
    "page-media-box-moved": (Source.UPDATE, partial(set_in_page, MediaBox=array(0, 0, 100, 100))),
    "page-scaled": (Source.UPDATE, lambda writer: set_in_page(writer, UserUnit=generic.FloatObject(2))),
    "page-action-added": (Source.ACTIVE, lambda writer: set_in_page(writer, AA=d(O=script()))),
    "free-text-added": (Source.CERTIFICATION, partial(annotate, Subtype=name("FreeText"), Contents=text("900.000"))),
    "stamp-added": (Source.CERTIFICATION, partial(annotate, Subtype=name("Stamp"))),
    "redaction-added": (Source.CERTIFICATION, partial(annotate, Subtype=name("Redact"))),
    "square-over-the-text": (Source.CERTIFICATION, partial(annotate, Subtype=name("Square"), IC=array(1, 1, 1))),
    "link-added": (
        Source.ACTIVE,
        lambda writer: annotate(writer, Subtype=name("Link"), A=d(S=name("URI"), URI=text("http://example.com/"))),
    ),
    "screen-with-script-added": (Source.ACTIVE, lambda writer: annotate(writer, Subtype=name("Screen"), A=script())),
    "open-action-added": (Source.ACTIVE, lambda writer: set_in_root(writer, OpenAction=script())),
    "closing-action-added": (Source.ACTIVE, lambda writer: set_in_root(writer, AA=d(WC=script()))),
    "named-script-added": (Source.ACTIVE, named_script),
    "layer-added": (Source.ACTIVE, layer),
    "file-attached": (Source.UPDATE, embedded_file),
    "title-changed": (Source.UPDATE, title),
    "outline-added": (
        Source.UPDATE,
        lambda writer: set_in_root(writer, Outlines=writer.add_object(d(Count=number(0)))),
    ),
    "page-labels-changed": (
        Source.UPDATE,
        lambda writer: set_in_root(writer, PageLabels=d(Nums=array(number(0), d(St=number(7))))),
    ),
    "viewer-told-to-hide": (
        Source.UPDATE,
        lambda writer: set_in_root(writer, ViewerPreferences=d(HideToolbar=generic.BooleanObject(True))),
    ),
    "permissions-invented": (
        Source.CERTIFICATION,
        lambda writer: set_in_root(writer, Perms=d(DocMDP=writer.add_object(d(Type=name("Sig"))))),
    ),
}


def _changed(forge: Forge, change: Change) -> bytes:
    return updated(forge.signed, change)


for key, (source, change) in PAGES.items():
    register(key, FORMAT, source, partial(_changed, change=change))


def field_of(writer: IncrementalPdfFileWriter, title_of: str) -> generic.DictionaryObject:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        if reference.get_object()["/T"] == title_of:
            writer.mark_update(reference)
            return reference.get_object()
    raise KeyError(title_of)


def set_in_field(writer: IncrementalPdfFileWriter, title_of: str, **entries: Any) -> None:
    field_of(writer, title_of).update(d(**entries))


def set_in_form(writer: IncrementalPdfFileWriter, **entries: Any) -> None:
    form = writer.root["/AcroForm"]
    form.update(d(**entries))
    writer.update_container(form)


def redraw_field(writer: IncrementalPdfFileWriter) -> None:
    """The value stays; what is drawn of it is another."""
    drawn = stream(b"BT /F1 12 Tf 2 5 Td (900.000) Tj ET", Subtype=name("Form"), BBox=array(0, 0, 100, 20))
    set_in_field(writer, "Amount", AP=d(N=writer.add_object(drawn)))


def add_text_field(writer: IncrementalPdfFileWriter) -> None:
    field = d(
        Type=name("Annot"), Subtype=name("Widget"), FT=name("Tx"), T=text("More"), V=text("900.000"),
        DA=text("/F1 24 Tf 0 g"), Rect=array(72, 690, 372, 730), F=number(4),
    )  # fmt: skip
    reference = writer.add_object(field)
    writer.root["/AcroForm"]["/Fields"].append(reference)
    writer.update_container(writer.root["/AcroForm"])
    page = page_of(writer)
    page[pdf_name("/Annots")] = array(*page["/Annots"], reference)


def take_widget_off(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[pdf_name("/Annots")] = array(*list(page["/Annots"])[:-1])


FORMS: dict[str, tuple[Source, Change]] = {
    "form-value-changed": (Source.SHADOW, partial(set_in_field, title_of="Amount", V=text("900.000"))),
    "form-appearance-changed": (Source.SHADOW, redraw_field),
    "form-box-ticked": (Source.UPDATE, partial(set_in_field, title_of="Agreed", V=name("Yes"), AS=name("Yes"))),
    "form-choice-changed": (Source.UPDATE, partial(set_in_field, title_of="Status", V=text("Da ket hon"))),
    "form-field-hidden": (Source.UPDATE, partial(set_in_field, title_of="Amount", F=number(2))),
    "form-field-moved": (Source.UPDATE, partial(set_in_field, title_of="Amount", Rect=array(72, 690, 372, 730))),
    "form-field-added": (Source.UPDATE, add_text_field),
    "form-drawn-anew-by-readers": (
        Source.SHADOW,
        lambda writer: set_in_form(writer, NeedAppearances=generic.BooleanObject(True)),
    ),
    "form-xfa-added": (
        Source.ACTIVE,
        lambda writer: set_in_form(
            writer, XFA=writer.add_object(stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>"))
        ),
    ),
    "form-calculation-added": (
        Source.ACTIVE,
        lambda writer: set_in_field(writer, "Amount", AA=d(C=script())),
    ),
    "form-fonts-replaced": (
        Source.SHADOW,
        lambda writer: set_in_form(writer, DR=d(Font=d(F1=d(Type=name("Font"), Subtype=name("Type1"))))),
    ),
    "signature-picture-replaced": (
        Source.UPDATE,
        lambda writer: set_in_field(
            writer, "Official", AP=d(N=writer.add_object(stream(EVIL, Subtype=name("Form"), BBox=array(0, 0, 300, 40))))
        ),
    ),
    "signature-picture-moved": (
        Source.UPDATE,
        partial(set_in_field, title_of="Official", Rect=array(72, 690, 372, 730)),
    ),
    "signature-field-renamed": (Source.UPDATE, partial(set_in_field, title_of="Official", T=text("Khac"))),
    "widget-taken-off-the-page": (Source.UPDATE, take_widget_off),
}


def _form_changed(forge: Forge, change: Change, permission: MDPPerm | None) -> bytes:
    return updated(_signed_form(forge, permission), change)


def _signed_form(forge: Forge, permission: MDPPerm | None) -> bytes:
    form = with_form(forge.plain)
    if permission is None:
        return signed(form, forge.official, Layout("Official", SIGNATURE_BOX))
    return forge.certified(permission, form)


for key, (source, change) in FORMS.items():
    register(key, FORMAT, source, partial(_form_changed, change=change, permission=None))
for permission in MDPPerm:
    for key, change in {"value": FORMS["form-value-changed"][1], "note": PAGES["free-text-added"][1]}.items():
        register(
            f"certified-p{permission.value}-{key}-changed",
            FORMAT,
            Source.CERTIFICATION,
            partial(_form_changed, change=change, permission=permission),
        )


def _locked_field_changed(forge: Forge) -> bytes:
    """The signature locks this very field (FieldMDP), and nothing else."""
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["Amount"])
    layout = Layout("Official", SIGNATURE_BOX, lock=lock, permits=MDPPerm.FILL_FORMS)
    return updated(signed(with_form(forge.plain), forge.official, layout), FORMS["form-value-changed"][1])


register("locked-field-changed", FORMAT, Source.CERTIFICATION, _locked_field_changed)
