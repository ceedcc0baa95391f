"""Files that leave the house: always as an attachment, of a fixed type, with a name of our own making."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_download(pdf: bytes, name: str) -> HttpResponse:
    """Return the PDF to be saved; a browser must not run or sniff it on our origin (security.md B.2, 11)."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
