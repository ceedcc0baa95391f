"""No damaged byte ever passes: the main promise of the verifier.

The file is signed by the official and sealed, both B-LT. A flip is FAILED wherever the file still opens and its
signature is found; the few that make the whole file unreadable are listed by offset in the output (`-rP`).
"""

import re

import pytest

from signing.values import Verdict

FLIPS = 200


def flipped(pdf: bytes, offset: int, mask: int = 1) -> bytes:
    changed = bytearray(pdf)
    changed[offset] ^= mask
    return bytes(changed)


def gaps(pdf: bytes) -> list[tuple[int, int]]:
    """Where the signatures' hex digits stand, from their own byte ranges."""
    ranges = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf)
    return [(int(first), int(second)) for _, first, second, _ in ranges]


def test_two_hundred_single_bytes_flipped_over_the_whole_file_never_pass(world, sealed):
    unreadable = []
    for number in range(FLIPS):
        offset = (2 * number + 1) * len(sealed) // (2 * FLIPS)
        mask = 1 << (number % 8)
        verdict = world.verify(flipped(sealed, offset, mask)).verdict
        if verdict is Verdict.UNREADABLE:
            unreadable.append(offset)
        else:
            assert verdict is Verdict.FAILED, (offset, mask, verdict)
    print("not readable at all when flipped at:", unreadable)  # ruff: ignore[print] - the list that the docstring promises
    assert len(unreadable) < FLIPS // 10


def test_every_digit_of_a_byte_range_flipped_never_passes(world, sealed):
    for found in list(re.finditer(rb"/ByteRange \[([\d ]+)\]", sealed)):
        for offset in range(found.start(1), found.end(1), 3):
            assert world.verify(flipped(sealed, offset)).verdict in {Verdict.FAILED, Verdict.UNREADABLE}, offset


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("back", [2, 3, 40, 1000])
def test_the_padding_behind_a_signature_hides_nothing(world, sealed, which, back):
    _, second = gaps(sealed)[which]
    assert sealed[second - back : second - back + 1] == b"0"
    assert world.verify(flipped(sealed, second - back)).verdict is Verdict.FAILED


def test_a_digit_changed_in_case_only_is_a_change(world, sealed):
    first, second = gaps(sealed)[-1]
    offset = next(one for one in range(first + 1, second) if sealed[one : one + 1].isalpha())
    assert world.verify(flipped(sealed, offset, 0x20)).verdict is Verdict.FAILED


def test_names_changed_in_case_only_beside_the_signature_are_a_change(world, sealed):
    """The library compares names without case (RFC 5280 7.1), and the signer's name there is not signed."""
    first, second = gaps(sealed)[-1]
    raw = bytes.fromhex(sealed[first + 1 : second - 1].decode())
    for found in re.finditer(re.escape("xã".encode()), raw):
        offset = first + 1 + 2 * found.start()
        assert world.verify(flipped(sealed, offset, 2)).verdict is Verdict.FAILED, offset  # 0x78 x, 0x58 X


@pytest.mark.parametrize("tail", [b"\n", b" ", b"x", b"\x00" * 100, b"%%EOF\n", b"\nstartxref\n0\n%%EOF\n"])
def test_bytes_after_the_end_never_pass(world, sealed, tail):
    verdict = world.verify(sealed + tail).verdict
    assert verdict in {Verdict.FAILED, Verdict.UNREADABLE}


def test_the_last_startxref_written_again_after_the_end_never_passes(world, sealed):
    tail = sealed[sealed.rindex(b"startxref") :]
    assert world.verify(sealed + tail).verdict is Verdict.FAILED


@pytest.mark.parametrize("cut", [1, 2, 10, 500, 20_000])
def test_a_file_cut_off_never_passes(world, sealed, cut):
    assert world.verify(sealed[:-cut]).verdict in {Verdict.FAILED, Verdict.UNREADABLE, Verdict.INDETERMINATE}
