"""Pages as pictures: what a person compares and what an official sees before signing.

The picture is drawn in the sandbox from the stored file, whose digest is checked first. Pictures are derived: some are
kept in this process's memory for as long as they are asked for, none on disk.
"""

from functools import lru_cache

from dossiers import files
from dossiers.engines import current
from dossiers.models import StoredFile

PAGE_WIDTH_PX = 1240  # an A4 page at 150 dpi
RESULT_PAGES_MAX = 20
KEPT_PICTURES = 48  # about 20 MB of grey pages


def page_png(file: StoredFile, number: int) -> bytes:
    """Return one page (from 1) of a stored PDF as PNG; raises what the store, the row's check or the reader raises."""
    return _drawn(str(file.pk), file.sha256, number)


@lru_cache(maxsize=KEPT_PICTURES)
def _drawn(file_id: str, _sha256: str, number: int) -> bytes:
    with files.on_disk(StoredFile.objects.get(pk=file_id), "pages.pdf") as path:
        return current().reader.page_png(path, number, PAGE_WIDTH_PX)


def page_count(file: StoredFile) -> int:
    """Return how many pages a result has. The reader answers a number past the end with the last page again."""
    number = 1
    while number < RESULT_PAGES_MAX and page_png(file, number + 1) != page_png(file, number):
        number += 1
    return number
