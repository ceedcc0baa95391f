"""Who signed, when, and whether that may be relied on: each reason for doubt has its verdict and its sentence."""

import io
import json
import time
from datetime import timedelta
from typing import cast

import pytest

from certs.anchors import NOBODY, Store, government
from certs.keys.protocol import SigningKey
from certs.statuses import kept_lists
from signing.sign import sign
from signing.values import Level, Revocation, Role, Trust, Verdict
from signing.verify.examination import examine
from signing.verify.json import packed, to_json, unpacked
from tests.signing.conftest import now


def forced(pdf, key, *, timestamper=None, declared=None):
    """Sign past our own gate, as a program that looks at no certificate would."""
    return sign(
        pdf,
        cast("SigningKey", _Unasked(key)),
        role=Role.OFFICIAL,
        level=Level.B_T if timestamper else Level.B_B,
        at=declared or now(),
        timestamper=timestamper,
    )


class _Unasked:
    """A key whose certificate claims to be fit for anything."""

    def __init__(self, key):
        self._key, self.certificate = key, _Anything(key.certificate)

    def __getattr__(self, name):
        return getattr(self._key, name)


class _Anything:
    may_sign_documents = True

    def __init__(self, certificate):
        self._certificate = certificate
        self.not_before, self.not_after = now() - timedelta(days=1), now() + timedelta(days=1)

    def __getattr__(self, name):
        return getattr(self._certificate, name)


def outcome(report):
    return report.verdict, report.sub_indication


def test_an_unknown_authority_is_not_enough_to_pass(prepared, stranger, world):
    report = world.verify(forced(prepared, stranger))
    assert outcome(report) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    assert report.trust is Trust.NONE
    assert not report.signatures[0].trusted
    assert report.signatures[0].intact


def test_without_a_word_about_revocation_it_says_try_later(world, prepared):
    pdf = world.officially_signed(prepared, Level.B_T)
    report = world.verify(pdf)
    assert outcome(report) == (Verdict.INDETERMINATE, "TRY_LATER")
    assert "thu hồi" in report.message_vi
    assert world.verify(pdf, crls=world.evidence.crls).verdict is Verdict.PASSED


def test_lists_that_were_kept_are_used_and_what_is_no_list_hides_nothing(world, prepared, tmp_path):
    for number, content in enumerate((*world.evidence.crls, b"an answer, or half of a list")):
        (tmp_path / str(number)).write_bytes(content)
    kept = kept_lists(tmp_path)
    assert sorted(kept) == sorted(world.evidence.crls)
    assert kept_lists(tmp_path / "nothing-kept-yet") == ()
    pdf = world.officially_signed(prepared, Level.B_T)
    assert world.verify(pdf, crls=(b"no list", *kept)).verdict is Verdict.PASSED


def test_a_suspended_certificate_is_to_be_asked_for_again_later(world, prepared, make_key):
    key = make_key("official")
    pdf = sign(prepared, key, role=Role.OFFICIAL, level=Level.B_B, at=now())
    world.authority.suspend(key.certificate)
    report = world.verify(pdf, crls=world.authority.evidence().crls)
    assert outcome(report) == (Verdict.INDETERMINATE, "TRY_LATER")
    assert "tạm dừng" in report.message_vi


def test_a_revoked_certificate_never_passes(world, prepared, revoked):
    crls = world.authority.evidence().crls
    for timestamper in (None, world.timestamps):
        report = world.verify(forced(prepared, revoked, timestamper=timestamper), crls=crls)
        assert outcome(report) == (Verdict.INDETERMINATE, "REVOKED_NO_POE")
        assert report.signatures[0].revocation is Revocation.REVOKED
        assert report.message_vi.startswith("Không dùng được")


def test_a_signature_proven_older_than_the_revocation_stays_good(world, prepared, make_key):
    key = make_key("official")
    pdf = sign(prepared, key, role=Role.OFFICIAL, level=Level.B_T, at=now(), timestamper=world.timestamps)
    time.sleep(2.1)  # lists and tokens tell whole seconds, and doubt is decided for "revoked"
    world.authority.revoke(key.certificate, "superseded")
    crls = world.authority.evidence().crls
    assert world.verify(pdf, crls=crls, at=now() + timedelta(minutes=1)).verdict is Verdict.PASSED


def test_an_expired_certificate_without_a_proven_time_is_out_of_bounds(world, prepared):
    pdf = world.officially_signed(prepared, Level.B_B)
    report = world.verify(pdf, crls=world.evidence.crls, at=now() + timedelta(days=4 * 365))
    assert outcome(report) == (Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")


def test_a_proven_time_carries_a_signature_beyond_its_certificate(world, signed):
    report = world.verify(signed, at=now() + timedelta(days=4 * 365))
    assert outcome(report) == (Verdict.PASSED, None)


def test_a_certificate_not_yet_valid_is_out_of_bounds_and_failed_once_its_time_is_proven(world, prepared, make_key):
    key = make_key("official", not_before=now() + timedelta(days=10))
    report = world.verify(forced(prepared, key), crls=world.evidence.crls)
    assert outcome(report) == (Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    report = world.verify(forced(prepared, key, timestamper=world.timestamps), crls=world.evidence.crls)
    assert outcome(report) == (Verdict.FAILED, "NOT_YET_VALID")


@pytest.mark.parametrize("profile", ["tsa", "ocsp"])
def test_a_certificate_of_another_purpose_does_not_sign_documents(world, prepared, keys, profile):
    report = world.verify(forced(prepared, keys[profile]), crls=world.evidence.crls)
    assert outcome(report) == (Verdict.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE")


def test_the_stores_stay_apart(world, sealed):
    """The same root as a public anchor gives another answer than as the demonstration's or the commune's."""
    said = {}
    for store in Store:
        stores = NOBODY.with_certificates(store, [world.authority.root])
        report = examine(io.BytesIO(sealed), stores, (), now() + timedelta(seconds=1))
        assert report.verdict is Verdict.PASSED
        assert report.trust == store.value
        said[store] = report.message_vi
    assert said[Store.DEMO].startswith("Bản trình diễn, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ")
    assert said[Store.PUBLIC].startswith("Ký đúng nhưng không phải cơ quan nhà nước")
    assert said[Store.COMMUNE].startswith("Văn bản thật. Do Ủy ban nhân dân xã Nguyệt Ấn")


def test_an_anchor_is_trusted_within_its_dates_only(world, sealed):
    long_ago = NOBODY.with_certificates(Store.COMMUNE, [world.authority.root])
    anchor = long_ago.anchors[0]
    ended = type(long_ago)((type(anchor)(anchor.certificate, anchor.store, anchor.trusted_from, anchor.trusted_from),))
    report = examine(io.BytesIO(sealed), ended, (), now())
    assert outcome(report) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")


def test_the_governments_roots_come_with_the_code():
    stores = government()
    assert len(stores.anchors) == 2
    assert [one.common_name for one in stores.intermediates] == ["CA phục vụ các cơ quan Nhà nước G2"]


def test_the_report_is_the_promised_object(world, sealed):
    report = world.verify(sealed)
    value = json.loads(json.dumps(to_json(report, "ket-qua.pdf")))
    assert list(value) == [
        "source",
        "sha256",
        "policy",
        "checked_at",
        "verdict",
        "sub_indication",
        "message_vi",
        "message_en",
        "trust",
        "signatures",
    ]
    assert list(value["signatures"][0]) == [
        "field",
        "role",
        "revision",
        "added_by",
        "signer",
        "organisation",
        "serial",
        "issuer",
        "level",
        "digest",
        "declared_at",
        "proven_at",
        "intact",
        "covers_whole_revision",
        "changes_after",
        "trusted",
        "revocation",
        "verdict",
        "sub_indication",
    ]
    assert value["signatures"][0]["signer"] == "Đặng Thị Ngọc Hương"
    assert unpacked(json.loads(json.dumps(packed(report)))) == report
