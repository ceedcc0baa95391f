"""What every door of this room checks: the caps, and that no parser's own exception gets out."""

from collections.abc import Generator
from contextlib import contextmanager

from ocr.values import Caps
from sandbox import Refused


@contextmanager
def malformed_as(code: str) -> Generator[None]:
    """Turn whatever a parser throws at a stranger's file into one refusal."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception as error:  # parsers raise undocumented exceptions (security.md 0.6)
        raise Refused(code) from error


def check_pixels(width_px: int, height_px: int, caps: Caps) -> None:
    """Refuse a picture with more pixels, or a longer side, than a page may have."""
    if width_px * height_px > caps.page_pixels:
        raise Refused("too_many_pixels", cap="page_pixels", limit=caps.page_pixels, found=width_px * height_px)
    if max(width_px, height_px) > caps.side_pixels:
        longest = max(width_px, height_px)
        raise Refused("too_many_pixels", cap="side_pixels", limit=caps.side_pixels, found=longest)
