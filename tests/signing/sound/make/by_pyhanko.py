"""Sound files by stock pyHanko: its own signer, layouts, timestamps and validation data, nothing of ours."""

import io
from collections.abc import Callable
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
)
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext

from tests.signing.sound.make.cast import PASSWORD, Cast

BOX = (300, 100, 420, 160)


class Tool:
    """pyHanko, with a context that knows the cast's authorities and nothing of the network."""

    def __init__(self, cast: Cast, url: str) -> None:
        self.cast, self.stamper = cast, HTTPTimeStamper(url)

    def read(self, name: str) -> bytes:
        return (self.cast.folder / f"{name}.pdf").read_bytes()

    def context(self, *, answers: tuple[str, ...] = ()) -> ValidationContext:
        roots = [self.cast.vietnamese.root, self.cast.plain.root]
        between = [self.cast.vietnamese.issuing, self.cast.plain.issuing, *self.cast.long[0]]
        lists = [asn1_crl.CertificateList.load(one) for one in self.cast.lists().values()]
        return ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(one.der) for one in roots],
            other_certs=[asn1_x509.Certificate.load(one.der) for one in between],
            crls=lists,
            ocsps=[asn1_ocsp.OCSPResponse.load(self.cast.answer_about(one)) for one in answers],
            allow_fetching=False,
            revocation_mode="require",
        )

    def sign(
        self, pdf: bytes, who: str = "thinh", name: str = "Sig1", *, spec: dict[str, Any] | None = None, **more: Any
    ) -> bytes:
        """Sign once; ``level`` is one of B-B … B-LTA, everything else goes to pyHanko as it is."""
        level, style, pss = more.pop("level", "B-B"), more.pop("style", None), more.pop("pss", False)
        answers = more.pop("answers", ())
        signer = SimpleSigner.load_pkcs12(str(self.cast.folder / f"{who}.p12"), passphrase=PASSWORD, prefer_pss=pss)
        if level in {"B-LT", "B-LTA"}:
            more |= {"validation_context": self.context(answers=answers), "embed_validation_info": True}
        given = {"field_name": name, "md_algorithm": "sha256", "subfilter": SigSeedSubFilter.PADES, **more}
        metadata = PdfSignatureMetadata(**given, use_pades_lta=level == "B-LTA")
        tool = PdfSigner(
            metadata, signer, timestamper=None if level == "B-B" else self.stamper, stamp_style=style,
            new_field_spec=SigFieldSpec(name, **(spec or {})),
        )  # fmt: skip
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.encrypted:
            writer.encrypt("")
        out = io.BytesIO()
        tool.sign_pdf(writer, output=out)
        return out.getvalue()

    def timestamped(self, pdf: bytes, *, context: ValidationContext | None = None, name: str | None = None) -> bytes:
        tool = PdfTimeStamper(self.stamper, field_name=name)
        out = tool.timestamp_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), "sha256", validation_context=context)
        return out.getvalue()

    def renewed(self, pdf: bytes) -> bytes:
        out = PdfTimeStamper(self.stamper).update_archival_timestamp_chain(
            PdfFileReader(io.BytesIO(pdf)), self.context(), in_place=False
        )
        return out.getvalue()


def filled_in(pdf: bytes) -> bytes:
    """Fill a field in an update of its own, before any signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/V")] = generic.pdf_string("200.000")
    writer.update_container(field)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def twice(tool: Tool, pdf: bytes, level: str) -> bytes:
    """Official and seal in fields made beforehand, each with its lock (signing.md B3 iv)."""

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    official = FieldMDPSpec(FieldMDPAction.EXCLUDE, fields=["Seal"])
    append_signature_field(
        writer, SigFieldSpec("Official", box=BOX, field_mdp_spec=official, doc_mdp_update_value=MDPPerm.FILL_FORMS)
    )
    every = FieldMDPSpec(FieldMDPAction.ALL)
    append_signature_field(
        writer,
        SigFieldSpec("Seal", box=(200, 90, 302, 192), field_mdp_spec=every, doc_mdp_update_value=MDPPerm.NO_CHANGES),
    )
    out = io.BytesIO()
    writer.write(out)
    first = tool.sign(out.getvalue(), "thinh", "Official", level=level)
    return tool.sign(first, "seal", "Seal", level=level)


def certified(permission: MDPPerm) -> Callable[[Tool], bytes]:
    return lambda tool: tool.sign(tool.read("form"), certify=True, docmdp_permissions=permission)


VISIBLE = TextStampStyle(stamp_text="Ky boi: %(signer)s")
FILES: dict[str, Callable[[Tool], bytes]] = {
    "b-b": lambda tool: tool.sign(tool.read("plain")),
    "b-t": lambda tool: tool.sign(tool.read("plain"), level="B-T"),
    "b-lt": lambda tool: tool.sign(tool.read("plain"), level="B-LT"),
    "b-lta": lambda tool: tool.sign(tool.read("plain"), level="B-LTA"),
    "b-lt-ocsp": lambda tool: tool.sign(tool.read("plain"), level="B-LT", answers=("thinh",)),
    "b-lta-renewed-twice": lambda tool: tool.renewed(tool.renewed(tool.sign(tool.read("plain"), level="B-LTA"))),
    "timestamp-only": lambda tool: tool.timestamped(tool.read("plain")),
    "timestamp-after-b-b": lambda tool: tool.timestamped(tool.sign(tool.read("plain"))),
    "pkcs7": lambda tool: tool.sign(tool.read("plain"), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
    "pkcs7-stamped": lambda tool: tool.sign(
        tool.read("plain"), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, level="B-T"
    ),
    "pkcs7-adobe-revocation": lambda tool: tool.sign(
        tool.read("plain"), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, level="B-LT"
    ),
    "sha384": lambda tool: tool.sign(tool.read("plain"), md_algorithm="sha384"),
    "sha512": lambda tool: tool.sign(tool.read("plain"), md_algorithm="sha512", level="B-T"),
    "pss": lambda tool: tool.sign(tool.read("plain"), pss=True),
    "rsa-4096": lambda tool: tool.sign(tool.read("plain"), "rsa4096"),
    "p256": lambda tool: tool.sign(tool.read("plain"), "p256", level="B-T"),
    "p384-sha384": lambda tool: tool.sign(tool.read("plain"), "p384", md_algorithm="sha384", level="B-T"),
    "long-chain": lambda tool: tool.sign(tool.read("plain"), "long", level="B-LT"),
    "visible": lambda tool: tool.sign(tool.read("plain"), spec={"box": BOX}, style=VISIBLE),
    "cross-reference-stream": lambda tool: tool.sign(tool.read("packed"), level="B-LT"),
    "linearized": lambda tool: tool.sign(tool.read("linear"), level="B-T"),
    "linearized-packed": lambda tool: tool.sign(tool.read("linear-packed")),
    "encrypted-without-password": lambda tool: tool.sign(tool.read("encrypted")),
    "certified-p1": certified(MDPPerm.NO_CHANGES),
    "certified-p2": certified(MDPPerm.FILL_FORMS),
    "certified-p3": certified(MDPPerm.ANNOTATE),
    "filled-in-before": lambda tool: tool.sign(filled_in(tool.read("form"))),
    "official-and-seal": lambda tool: twice(tool, tool.read("plain"), "B-B"),
    "official-and-seal-b-lta": lambda tool: twice(tool, tool.read("plain"), "B-LTA"),
    "two-of-one-office": lambda tool: tool.sign(tool.sign(tool.read("plain")), "huong", "Sig2"),
    "digests-mixed": lambda tool: tool.sign(
        tool.sign(tool.read("plain"), md_algorithm="sha512"), "p256", "Sig2", md_algorithm="sha384", level="B-T"
    ),
}


def make(cast: Cast, url: str) -> dict[str, bytes]:
    tool = Tool(cast, url)
    return {name: build(tool) for name, build in FILES.items()}
