"""What a signature seems to cover and does not: universal forgery.

Where the ranges or the contents are not what PDF 2.0 12.8 wants, the format check fails (EN 319 102-1 5.2.2), before
any mathematics. In most of these files the mathematics is right on purpose: only a look at the coverage finds them.
"""

import hashlib
from collections.abc import Callable
from functools import partial

from pyhanko.sign.fields import SigSeedSubFilter

from tests.signing.attacks.craft import TIMESTAMP, LaidOut, Layout, Recipe, cms_of, laid_out
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.registry import FORMAT, Source, attack, register

GAPS = {
    "contents-null": b" null ",
    "contents-empty": b"<>",
    "contents-a-name": b"/Sig",
    "contents-a-number": b" 0",
    "contents-not-hex": b"<zz>",
    "contents-empty-cms": b"<3000>",
}
RANGES = {
    "byte-range-missing": b"",
    "byte-range-null": b"/ByteRange null",
    "byte-range-empty": b"/ByteRange []",
    "byte-range-zeros": b"/ByteRange [0 0 0 0]",
    "byte-range-negative": b"/ByteRange [0 -1 -1 10]",
    "byte-range-a-name": b"/ByteRange /Sig",
    "byte-range-nested": b"/ByteRange [[0 10] [20 10]]",
}
ENTRIES = {
    "sub-filter-unknown": (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /No.such.thing"),
    "sub-filter-missing": (b"/SubFilter /ETSI.CAdES.detached", b""),
    "sub-filter-bare-rsa": (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /adbe.x509.rsa_sha1"),
    "contents-missing": (b"/Contents ", b"/Reserved "),
}
OTHER_RANGES: dict[str, Callable[[LaidOut], tuple[float, ...]]] = {
    "byte-range-starts-late": lambda at: (400, at.start - 400, at.end, at.rest),
    "byte-range-ends-early": lambda at: (0, at.start, at.end, at.rest - 20),
    "byte-range-two-numbers": lambda at: (0, at.start),
    "byte-range-six-numbers": lambda at: (0, 10, 10, at.start - 10, at.end, at.rest),
    "byte-range-first-part-only": lambda at: (0, at.start, at.end, 0),
    "byte-range-wide-gap": lambda at: (0, at.start - 30, at.end, at.rest),
    "byte-range-overlapping": lambda at: (0, at.start + 10, at.start, at.rest),
    "byte-range-beyond-the-file": lambda at: (0, at.start, at.end, at.rest + 1000),
    "byte-range-of-reals": lambda at: (0, at.start, float(at.end), at.rest),
    "byte-range-over-nothing": lambda _at: (0, 0, 0, 0),
}


def _with_entry(forge: Forge, old: bytes, new: bytes) -> bytes:
    place = laid_out(forge.plain, Layout()).with_entry(old, new)
    return place.filled(cms_of(forge.official, place.digest(), Recipe()))


def over(place: LaidOut, numbers: tuple[float, ...], forge: Forge) -> bytes:
    """Sign just the bytes that a wrong byte range names, so that the digest fits."""
    place = place.with_range(*numbers)
    spans = zip(numbers[::2], numbers[1::2], strict=True)
    covered = b"".join(place.pdf[int(start) : int(start + size)] for start, size in spans)
    return place.filled(cms_of(forge.official, hashlib.sha256(covered).digest(), Recipe()))


def _with_gap(forge: Forge, gap: bytes) -> bytes:
    place = laid_out(forge.plain, Layout())
    return place.with_gap(gap.ljust(place.end - place.start))


def _with_range_as(forge: Forge, new: bytes) -> bytes:
    return _with_entry(forge, laid_out(forge.plain, Layout()).range_as_written, new)


def _over_other_ranges(forge: Forge, numbers: Callable[[LaidOut], tuple[float, ...]]) -> bytes:
    place = laid_out(forge.plain, Layout())
    return over(place, numbers(place), forge)


for name, gap in GAPS.items():
    register(name, FORMAT, Source.USF, partial(_with_gap, gap=gap))
for name, written in RANGES.items():
    register(name, FORMAT, Source.USF, partial(_with_range_as, new=written))
for name, (old, new) in ENTRIES.items():
    register(name, FORMAT, Source.USF, partial(_with_entry, old=old, new=new))
for name, numbers in OTHER_RANGES.items():
    register(name, FORMAT, Source.USF, partial(_over_other_ranges, numbers=numbers))


@attack(FORMAT, Source.USF)
def contents_all_zeros(forge: Forge) -> bytes:
    """A file that was laid out and never signed."""
    return laid_out(forge.plain, Layout()).pdf


@attack(FORMAT, Source.USF)
def signature_dressed_as_a_timestamp(forge: Forge) -> bytes:
    """An ordinary signature that passes itself off for a document timestamp, which would prove a time."""
    layout = Layout(kind=TIMESTAMP, sub_filter=SigSeedSubFilter.ETSI_RFC3161)
    place = laid_out(forge.plain, layout)
    return place.filled(cms_of(forge.official, place.digest(), Recipe()))
