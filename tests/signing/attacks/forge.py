"""What the makers of attack files need: the commune's authority, its people, a stranger's, and files to start from."""

import hashlib
import io
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import cms
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from certs.anchors import NOBODY, Store
from certs.authority import Authority, Names
from certs.keys.file import load_saved_key
from tests.signing.attacks.craft import (
    TIMESTAMP,
    Layout,
    Recipe,
    attribute,
    laid_out,
    signed,
)
from tests.signing.attacks.pki import DAY, Holder, Order, crl, issued, rsa_key, seconds, token

TIME_STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)
FOUNDED_AGO = 400 * DAY
LATER = timedelta(seconds=30)  # when a file is looked at
SIGNATURE_BOX = (300, 100, 420, 160)  # blank in every base file


class Forge:
    """Made once a session; base files are made when first wanted."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.now = seconds(now)
        # Founded long ago, so that what it certified may have ended meanwhile.
        authority = Authority.create(folder / "authority", Names.of("Xã Nguyệt Ấn"), lambda: self.now - FOUNDED_AGO)
        self.anchor = authority.folder / "root.pem"
        self.stores = NOBODY.with_certificates(Store.DEMO, [authority.root])
        self.root = Holder.of(load_saved_key(authority.folder, "root"))
        issuing = Holder.of(load_saved_key(authority.folder, "issuing"))
        self.issuing = replace(issuing, chain=(self.root.certificate,))
        self.tsa = Holder.of(authority.timestamp_key)

    def issue(self, order: Order | None = None, issuer: Holder | None = None) -> Holder:
        """Return a key certified by the commune's issuing key, or by another."""
        return issued(order or Order(), issuer or self.issuing, self.now)

    def crls(self, *of_issuing: bytes) -> tuple[bytes, ...]:
        """Return the root's list and, instead of the issuing key's own, the given ones."""
        return (crl(self.root, at=self.now - DAY), *of_issuing)

    @property
    def good_crls(self) -> tuple[bytes, ...]:
        return self.crls(crl(self.issuing, at=self.now - timedelta(hours=1)))

    @cached_property
    def official(self) -> Holder:
        return self.issue()

    @cached_property
    def colleague(self) -> Holder:
        return self.issue(Order("Lò Văn Pá"))

    @cached_property
    def neighbour(self) -> Holder:
        """Of another office, by the same authority."""
        return self.issue(Order("Hà Thị Mai", "Ủy ban nhân dân xã Phùng Minh"))

    @cached_property
    def rsa_official(self) -> Holder:
        return self.issue(Order(private_key=rsa_key(2048)))

    @cached_property
    def foreign_root(self) -> Holder:
        order = Order(
            "Chứng thực gốc lạ", "Xã khác", usage=("key_cert_sign", "crl_sign"), purposes=(), is_authority=True
        )
        return issued(order, None, self.now)

    @cached_property
    def stranger(self) -> Holder:
        return self.issue(Order("Người Lạ", "Xã khác"), self.foreign_root)

    @cached_property
    def plain(self) -> bytes:
        return two_pages()

    @cached_property
    def signed(self) -> bytes:
        """One approval signature, B-B, that passes."""
        return signed(self.plain, self.official, Layout(box=SIGNATURE_BOX))

    def certified(self, permission: MDPPerm, pdf: bytes | None = None) -> bytes:
        return signed(pdf or self.plain, self.official, Layout("Official", SIGNATURE_BOX, certifies=permission))

    def stamped(
        self, holder: Holder, at: datetime, authority: Holder | None = None, recipe: Recipe | None = None
    ) -> bytes:
        """Return a signature with a token of that time in it, B-T."""

        def unsigned(value: bytes) -> list[cms.CMSAttribute]:
            stamp = token(authority or self.tsa, hashlib.sha256(value).digest(), at)
            return [attribute("signature_time_stamp_token", stamp)]

        return signed(self.plain, holder, recipe=replace(recipe or Recipe(), unsigned=unsigned))

    def document_timestamp(
        self, pdf: bytes, at: datetime, authority: Holder | None = None, name: str = "Time"
    ) -> bytes:
        layout = Layout(name, kind=TIMESTAMP, sub_filter=SigSeedSubFilter.ETSI_RFC3161)
        place = laid_out(pdf, layout)
        return place.filled(bytes(token(authority or self.tsa, place.digest(), at).dump()))


def font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )


def two_pages() -> bytes:
    """A plain result of two pages: text, a small image, and a classic cross-reference table."""
    pdf = pikepdf.new()
    shared = font(pdf)
    for number, text in enumerate(("Le phi: 100.000 dong", "Giay xac nhan"), start=1):
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(
            b"\x40" * 16, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=4, Height=4, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray,
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=shared), XObject=pikepdf.Dictionary(Im1=pdf.make_indirect(image))
        )
        content = f"BT /F1 24 Tf 72 700 Td ({text}, {number}) Tj ET q 80 0 0 80 72 500 cm /Im1 Do Q"
        page.Contents = pdf.make_stream(content.encode())
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def with_form(pdf_bytes: bytes) -> bytes:
    """The same with a text field, a check box and a choice, all filled in."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        page, shared = pdf.pages[0], pdf.pages[0].Resources.Font.F1
        appearance = pdf.make_stream(
            b"BT /F1 12 Tf 2 5 Td (100.000) Tj ET", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 100, 20],
        )  # fmt: skip
        appearance.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=shared))
        common: dict[str, Any] = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Widget, "F": 4, "P": page.obj}
        text = pikepdf.Dictionary(
            **common, FT=pikepdf.Name.Tx, T="Amount", V="100.000", DA="/F1 12 Tf 0 g", Rect=[72, 600, 172, 620],
            AP=pikepdf.Dictionary(N=appearance),
        )  # fmt: skip
        box = pikepdf.Dictionary(
            **common, FT=pikepdf.Name.Btn, T="Agreed", V=pikepdf.Name.Off, AS=pikepdf.Name.Off,
            Rect=[200, 600, 220, 620],
        )  # fmt: skip
        choice = pikepdf.Dictionary(
            **common, FT=pikepdf.Name.Ch, T="Status", V="Doc than", Opt=["Doc than", "Da ket hon"], Ff=131072,
            DA="/F1 12 Tf 0 g", Rect=[240, 600, 340, 620],
        )  # fmt: skip
        fields = [pdf.make_indirect(one) for one in (text, box, choice)]
        page.Annots = pikepdf.Array(fields)
        pdf.Root.AcroForm = pdf.make_indirect(
            pikepdf.Dictionary(Fields=pikepdf.Array(fields), DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=shared)))
        )
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()
