"""Signatures added one after another, as in genuine letters (signing.md F): when they are allowed, and when not.

Every condition is tried with a stranger, and with a trusted colleague, who may put a name to a letter and may not
change what it says.
"""

import hashlib
import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from certs.anchors import NOBODY, Store
from certs.authority import Authority, Names, Subject
from certs.keys.protocol import Digest
from signing.fields import prepare
from signing.values import Changes, Revocation, Role, Trust, Verdict
from signing.verify.examination import examine
from tests.signing import letters
from tests.signing.conftest import OFFICE, Place, now
from tests.signing.letters import (
    AMOUNT,
    BLANK,
    DIGITS,
    INITIALS,
    LEADER,
    PATCH,
    RING,
    SCRAWL,
    SEAL,
    STROKE,
    Added,
    added,
    filled,
    letter,
    with_empty_field,
)


@pytest.fixture(scope="module")
def people(world):
    """Who signs: the world's official and seal, a colleague, and a trusted person of another office."""
    return {
        "leader": world.official,
        "seal": world.seal,
        "colleague": world.authority.issue("official", Subject("Lường Văn Hải", OFFICE)),
        "neighbour": world.authority.issue("official", Subject("Hà Thị Nga", "Ủy ban nhân dân xã Ngọc Lặc")),
    }


@pytest.fixture(scope="module")
def evidence(world, people):
    """Lists made after everybody's certificate."""
    assert people
    return world.authority.evidence().crls


def token(world):
    return lambda signature: world.timestamps.stamp(hashlib.sha256(signature).digest(), Digest.SHA256).der


@pytest.fixture(scope="module")
def by_two(people) -> bytes:
    """Initials, then the leader's signature, which has no timestamp."""
    pdf = added(letter(), Added(people["colleague"], "Signature1", INITIALS, DIGITS, certifies=True))
    return added(pdf, Added(people["leader"], "Signature2", LEADER, SCRAWL))


@pytest.fixture(scope="module")
def by_six(world, people) -> bytes:
    """As the genuine one: initials, leader, number, day, month, seal."""
    stamp = token(world)
    seal = people["seal"]
    steps = [
        Added(people["colleague"], "Signature1", INITIALS, DIGITS, certifies=True, timestamper=stamp),
        Added(people["leader"], "Signature2", LEADER, SCRAWL),
        Added(seal, "Signature3", letters.NUMBER, DIGITS, timestamper=stamp),
        Added(seal, "Signature4", letters.DAY, DIGITS, timestamper=stamp),
        Added(seal, "Signature5", letters.MONTH, DIGITS, timestamper=stamp),
        Added(seal, "Signature6", SEAL, RING, timestamper=stamp),
    ]
    pdf = letter()
    for one in steps:
        pdf = added(pdf, one)
    return pdf


@pytest.fixture(scope="module")
def judged(world, evidence):
    """Judge a file with the commune's own store, or another."""

    def judge(pdf, *, store=Store.COMMUNE, crls=None, at=None, more=NOBODY):
        stores = NOBODY.with_certificates(store, [world.authority.root])
        stores = type(stores)(stores.anchors + more.anchors)
        return examine(io.BytesIO(pdf), stores, evidence if crls is None else crls, at or now() + timedelta(seconds=1))

    return judge


def changes(report):
    return [one.changes_after for one in report.signatures]


def test_a_letter_signed_by_several_in_turn_is_genuine(judged, by_six):
    report = judged(by_six)
    assert (report.verdict, report.trust) == (Verdict.PASSED, Trust.COMMUNE)
    assert changes(report) == [Changes.ALLOWED] * 5 + [Changes.NONE]
    assert [one.role for one in report.signatures] == [
        Role.INITIAL, Role.OFFICIAL, Role.UNKNOWN, Role.UNKNOWN, Role.UNKNOWN, Role.SEAL,
    ]  # fmt: skip


def test_the_seal_really_touches_the_title_beside_the_signature(judged, people, by_two):
    """Else the test above would not tell whether that little is let through."""
    alone = added(letter(), Added(people["colleague"], "Signature1", INITIALS, DIGITS))
    report = judged(added(alone, Added(people["seal"], "Signature2", SEAL, RING)))
    assert changes(report) == [Changes.FORBIDDEN, Changes.NONE]  # no signature there that a seal belongs to
    assert changes(judged(added(by_two, Added(people["seal"], "Seal9", SEAL, RING))))[:2] == [Changes.ALLOWED] * 2


def test_without_lists_one_sentence_tells_who_added_what_and_what_is_not_known(judged, by_six):
    report = judged(by_six, crls=())
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "TRY_LATER")
    assert [one.revocation for one in report.signatures] == [Revocation.UNKNOWN] * 6
    assert [one.proven_at is None for one in report.signatures] == [False, True, False, False, False, False]
    assert "sửa" in report.message_vi
    order = ["ký nháy: Lường Văn Hải", "lãnh đạo ký: Đặng Thị Ngọc Hương", "số, ngày", "con dấu"]
    assert sorted(order, key=report.message_vi.index) == order
    assert "Đặng Thị Ngọc Hương, Ủy ban nhân dân xã Nguyệt Ấn, tự khai" in report.message_vi
    assert "không có dấu thời gian riêng" in report.message_vi
    assert "thu hồi" in report.message_vi
    assert report.message_en.count(". ") <= 1
    assert "no timestamp of its own" in report.message_en
    assert "revo" in report.message_en


@pytest.mark.parametrize("box", [AMOUNT, (140, 652, 260, 678)])
@pytest.mark.parametrize("content", [PATCH, STROKE])
def test_a_trusted_colleagues_picture_over_the_text_is_forbidden(judged, people, by_two, box, content):
    report = judged(added(by_two, Added(people["colleague"], "Signature3", box, content)))
    assert report.verdict is Verdict.FAILED
    assert report.sub_indication == "FORMAT_FAILURE"
    assert changes(report) == [Changes.FORBIDDEN, Changes.FORBIDDEN, Changes.NONE]
    assert all(one.intact for one in report.signatures)


def test_a_seventh_signature_over_the_text_is_refused_whoever_signs(judged, people, stranger, by_six):
    for key in (people["colleague"], stranger):
        report = judged(added(by_six, Added(key, "Signature7", AMOUNT, PATCH)))
        assert report.verdict is Verdict.FAILED
        assert changes(report) == [Changes.FORBIDDEN] * 6 + [Changes.NONE]


def test_a_strangers_signature_is_forbidden_even_on_blank_paper(judged, stranger, by_two):
    report = judged(added(by_two, Added(stranger, "Signature3")))
    assert report.verdict is Verdict.FAILED
    assert changes(report)[:2] == [Changes.FORBIDDEN] * 2


def test_a_signer_of_the_public_store_cannot_vouch(judged, by_two, tmp_path):
    public = Authority.create(tmp_path / "public", Names.of("Nhà cung cấp"))
    key = public.issue("official", Subject("Khách Hàng", OFFICE))  # claims the office's name
    both = NOBODY.with_certificates(Store.PUBLIC, [public.root])
    pdf = added(by_two, Added(key, "Signature3"))
    assert changes(judged(pdf, more=both))[:2] == [Changes.FORBIDDEN] * 2


def test_a_demonstrations_signer_vouches_for_demonstrations_only(judged, people, by_two, tmp_path):
    pdf = added(by_two, Added(people["colleague"], "Signature3"))
    assert judged(pdf, store=Store.DEMO).verdict is Verdict.PASSED
    demo = Authority.create(tmp_path / "demo", Names.of("DEMO"))
    key = demo.issue("official", Subject("Người Diễn", OFFICE))
    pdf = added(by_two, Added(key, "Signature3"))
    stores = NOBODY.with_certificates(Store.DEMO, [demo.root])
    assert changes(judged(pdf, more=stores))[:2] == [Changes.FORBIDDEN] * 2


def test_a_trusted_person_of_another_office_leaves_it_undecided(judged, people, by_two):
    report = judged(added(by_two, Added(people["neighbour"], "Signature3")))
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert changes(report) == [Changes.UNDETERMINED, Changes.UNDETERMINED, Changes.NONE]
    assert "Hà Thị Nga, Ủy ban nhân dân xã Ngọc Lặc" in report.message_vi


def test_who_was_trusted_once_does_not_make_a_letter_tampered_with(judged, people, by_two):
    """Years later the certificate of one who signed without a timestamp has ended: not known is not forbidden."""
    report = judged(added(by_two, Added(people["colleague"], "Signature3")), at=now() + timedelta(days=4 * 365))
    assert report.verdict is Verdict.INDETERMINATE
    assert changes(report)[:2] == [Changes.UNDETERMINED] * 2


def test_without_any_anchor_nobody_is_called_a_stranger(judged, people, by_two):
    report = examine(io.BytesIO(added(by_two, Added(people["colleague"], "Signature3"))), NOBODY, (), now())
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")


def test_nothing_is_added_after_a_lock(judged, world, plain, people):
    """(a): the official's lock leaves the seal's field open, and no other."""
    first = world.officially_signed(prepare(plain, {"Official": Place(0, 300, 100, 416, 165)}))
    assert changes(judged(added(first, Added(people["colleague"], "Signature3"))))[0] is Changes.FORBIDDEN


def test_a_picture_may_lie_on_coloured_paper(judged, people):
    pdf = added(letter("0.93 0.9 0.8"), Added(people["leader"], "Signature1", LEADER, SCRAWL))
    assert judged(added(pdf, Added(people["seal"], "Signature2", BLANK, RING))).verdict is Verdict.PASSED
    over = judged(added(pdf, Added(people["seal"], "Signature2", AMOUNT, RING)))
    assert changes(over)[0] is Changes.FORBIDDEN


def show_on_paper_only(_writer, field):
    field["/F"] = generic.NumberObject(4 | 32)


def show_in_some_viewers_only(writer, field):
    group = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/OCG"), pdf_name("/Name"): generic.pdf_string("x")})
    field["/OC"] = writer.add_object(group)


def run_something(_writer, field):
    field["/A"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})


def redraw_the_earlier_one(writer, _field):
    earlier = writer.root["/AcroForm"]["/Fields"][1].get_object()
    earlier["/AP"] = writer.root["/AcroForm"]["/Fields"][0].get_object()["/AP"]
    writer.update_container(earlier)


def add_another_empty_field_with_a_picture(writer, field):
    other = generic.DictionaryObject(dict(field.items()))
    other["/T"] = generic.pdf_string("Other")
    other["/AP"] = writer.root["/AcroForm"]["/Fields"][0].get_object()["/AP"]
    reference = writer.add_object(other)
    writer.root["/AcroForm"]["/Fields"].append(reference)
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Annots"].append(reference)
    writer.update_container(page["/Annots"])
    writer.update_container(writer.root["/AcroForm"])


@pytest.mark.parametrize(
    "change",
    [
        show_on_paper_only,
        show_in_some_viewers_only,
        run_something,
        redraw_the_earlier_one,
        add_another_empty_field_with_a_picture,
    ],
)
def test_an_update_that_does_more_than_its_signature_needs_is_forbidden(judged, people, by_two, change):
    report = judged(added(by_two, Added(people["colleague"], "Signature3", change=change)))
    assert report.verdict is Verdict.FAILED
    assert Changes.FORBIDDEN in changes(report)


def test_a_field_kept_for_a_signature_may_not_be_filled_over_the_text(judged, world, people):
    """A place that was there before is agreed to, but a picture over print in it is left to a person to decide."""
    pdf = added(with_empty_field(letter(), "Kept", AMOUNT), Added(people["leader"], "Signature1", LEADER))
    report = judged(filled(pdf, people["colleague"], "Kept", AMOUNT, STROKE))
    assert changes(report) == [Changes.UNDETERMINED, Changes.NONE]
    pdf = added(with_empty_field(letter(), "Kept", BLANK), Added(people["leader"], "Signature1", LEADER))
    assert judged(filled(pdf, people["colleague"], "Kept", AMOUNT, STROKE)).verdict is Verdict.PASSED
