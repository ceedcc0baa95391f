"""Sound files by LibreOffice, driven through UNO: `python3 libreoffice.py PIPE OUT` beside a headless soffice.

Runs under Debian's python3 with python3-uno. Its certificates come from the NSS store that soffice was started with.
"""

import sys
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]  # Debian's, outside of the environment
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # the same
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # the same

FILES: dict[str, dict[str, object]] = {"pdf-1.7": {"UseTaggedPDF": True}, "pdf-a-2": {"SelectPdfVersion": 2}}


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("soffice does not answer")


def given(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def main():
    context = connected(sys.argv[1])
    manager = context.ServiceManager
    desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    security = manager.createInstanceWithContext("com.sun.star.xml.crypto.SEInitializer", context)
    certificates = security.createSecurityContext("").getSecurityEnvironment().getPersonalCertificates()
    document = desktop.loadComponentFromURL("private:factory/swriter", "_blank", 0, given(Hidden=True))
    document.Text.setString("Giấy xác nhận\nLệ phí: 100.000 đồng")
    for name, more in FILES.items():
        data = uno.Any(
            "[]com.sun.star.beans.PropertyValue", given(SignPDF=True, SignatureCertificate=certificates[0], **more)
        )
        target = Path(sys.argv[2]).joinpath(f"{name}.pdf").resolve().as_uri()
        document.storeToURL(target, given(FilterName="writer_pdf_Export", FilterData=data))
    document.close(True)
    desktop.terminate()


main()
