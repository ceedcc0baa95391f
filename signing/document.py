"""Opening a PDF to add to it: the few things that make a file unfit for a signature, each with its own code."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import LayoutError
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError as PyhankoSigningError

from certs.errors import CertError, KeyLocked, TimestampUnavailable
from certs.errors import KeyUnavailable as KeyGone
from signing import errors
from signing.errors import DocumentNotSignable

HEAD_BYTES = 1024  # where the header must stand (ISO 32000-1, Annex H, 3.4.1)


class _Update(IncrementalPdfFileWriter):
    """Leaves the metadata as it is: pyHanko's way of writing XMP anew loses what PDF/A asks of it.

    Prefixes become ns0, ns4 …, and values of extension schemas turn into resources (ISO 19005-2, 6.6.2.3).
    """

    def _update_meta(self) -> None:
        pass


def opened_for_update(stream: BinaryIO) -> IncrementalPdfFileWriter:
    """Return a writer that only appends; raises ``DocumentNotSignable``."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if not head:
        raise DocumentNotSignable("empty_file")
    if b"%PDF-" not in head:
        raise DocumentNotSignable("not_a_pdf")
    stream.seek(0)
    writer = _Update(stream, strict=False)
    if writer.prev.encrypted:
        raise DocumentNotSignable("encrypted")
    if writer.prev.xrefs.hybrid_xrefs_present:  # two readers may see two documents in it (signing.md B13)
        raise DocumentNotSignable("hybrid_cross_references")
    return writer


@contextmanager
def our_errors() -> Generator[None]:
    """Let no foreign exception out of this package."""
    try:
        yield
    except errors.SigningError:
        raise
    except TimestampUnavailable as error:
        raise errors.TimestampUnavailable(error.code, **error.parameters) from error
    except (KeyLocked, KeyGone) as error:
        raise errors.KeyUnavailable(error.code, **error.parameters) from error
    except CertError as error:
        raise errors.CertificateNotAccepted(error.code, **error.parameters) from error
    except PyhankoSigningError as error:
        raise DocumentNotSignable("not_signable") from error
    except (PdfError, LayoutError) as error:
        raise DocumentNotSignable("damaged") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError) as error:
        # security.md 0.6: the reader throws these at damaged files
        raise DocumentNotSignable("damaged") from error
