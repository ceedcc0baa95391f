"""Requests, renewal, suspension and revocation; nothing gets a signature that breaks a line of the list."""

import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from certs.answers import Configuration
from certs.authority import Authority, Names, Subject
from certs.certificate import Certificate
from certs.errors import CertError, CertificateInvalid, KeyUnavailable
from certs.issuance import Order, certified
from certs.lint import LINTS
from certs.profiles import PROFILES, Addresses, Profile
from certs.revocation import Evidence, status_in
from certs.standing import Standing
from tests.certs.conftest import OFFICE, now

PA = Subject("Lò Văn Pá", OFFICE)
URL = "http://certs.example.vn"


def request_of(private_key, name="Ai đó khác") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    algorithm = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private_key, algorithm)
    return made.public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def at_address(tmp_path_factory):
    """An authority that tells where its answers are."""
    folder = tmp_path_factory.mktemp("addressed") / "authority"
    return Authority.create(folder, Names.of(OFFICE), configuration=Configuration(URL))


@pytest.fixture
def p256():
    return ec.generate_private_key(ec.SECP256R1())


def test_a_request_gets_the_names_that_were_entered_and_not_its_own(authority, p256):
    made = authority.certify("official", PA, request_of(p256))
    assert made.common_name == "Lò Văn Pá"
    assert made.parsed.public_key() == p256.public_key()
    assert authority.require(made.serial).profile == "official"


def test_a_request_by_openssl_is_taken_too(authority, tmp_path):
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-subj", "/CN=x", "-out",
         tmp_path / "csr"], check=True, capture_output=True,
    )  # fmt: skip
    assert authority.certify("seal", Subject(OFFICE, OFFICE), (tmp_path / "csr").read_bytes()).may_sign_documents


def test_who_does_not_hold_the_key_gets_nothing(authority, p256):
    der = bytearray(x509.load_pem_x509_csr(request_of(p256)).public_bytes(Encoding.DER))
    der[-1] ^= 1
    with pytest.raises(CertificateInvalid) as caught:
        authority.certify("official", PA, bytes(der))
    assert caught.value.code == "request_signature_wrong"


def test_a_key_is_certified_once(authority, p256):
    authority.certify("official", PA, request_of(p256))
    with pytest.raises(CertificateInvalid) as caught:
        authority.certify("official", Subject("Vi Thị Xanh", OFFICE), request_of(p256))
    assert caught.value.code == "key_known_already"


@pytest.mark.parametrize(
    "private_key",
    [
        pytest.param(lambda: rsa.generate_private_key(65537, 1024), id="short"),  # noqa: S505 - that is the point
        pytest.param(lambda: ec.generate_private_key(ec.SECP521R1()), id="curve"),
        pytest.param(ed25519.Ed25519PrivateKey.generate, id="algorithm"),
    ],
)
def test_keys_that_we_do_not_take_are_refused(authority, private_key):
    with pytest.raises(KeyUnavailable) as caught:
        authority.certify("official", PA, request_of(private_key()))
    assert caught.value.code == "key_algorithm_not_supported"


def test_garbage_is_no_request(authority):
    with pytest.raises(CertificateInvalid) as caught:
        authority.certify(
            "official", PA, b"-----BEGIN CERTIFICATE REQUEST-----\nxx\n-----END CERTIFICATE REQUEST-----\n"
        )
    assert caught.value.code == "not_a_request"


def test_renewal_keeps_name_and_profile_and_the_old_one_stays_good(authority, p256):
    old = authority.certify("clerk", PA, request_of(p256))
    new = authority.renew_by_request(old.serial, request_of(ec.generate_private_key(ec.SECP256R1())))
    assert (new.common_name, new.organisation) == (old.common_name, old.organisation)
    assert authority.require(old.serial).renewed_by == new.serial
    assert authority.require(old.serial).standing is Standing.GOOD
    authority.revoke(old, "superseded")
    with pytest.raises(CertificateInvalid) as caught:
        authority.renew_by_request(old.serial, request_of(ec.generate_private_key(ec.SECP256R1())))
    assert caught.value.code == "not_renewable"


def test_the_services_get_a_new_key_and_use_it_at_once(at_address):
    before = at_address.answering_key.certificate
    after = at_address.renew_service("ocsp")
    assert after.serial != before.serial
    assert at_address.answering_key.certificate == after
    assert Authority.open(at_address.folder).answering_key.certificate == after


def test_suspended_then_reinstated_then_revoked_from_the_first_suspension_that_lasted(authority, p256):
    made = authority.certify("official", PA, request_of(p256))

    def found():
        return status_in(Evidence(crls=(authority.crl(),)), made, authority.issuer)

    first = authority.suspend(made)
    assert found() == first
    authority.reinstate(made)
    assert found() is None
    held = authority.suspend(made)
    revoked = authority.revoke(made, "affiliation_changed")
    assert (revoked.at, revoked.reason) == (held.at, "affiliation_changed")
    for act in (authority.reinstate, authority.suspend):
        with pytest.raises(CertError) as caught:
            act(made)
        assert caught.value.code == "not_possible_now"
    assert found() == revoked


def test_one_list_serves_until_something_changes(authority, p256):
    made = authority.certify("official", PA, request_of(p256))
    first = authority.crl()
    assert authority.crl() == first
    authority.revoke(made, "superseded")
    assert authority.crl() != first


def test_certificates_name_where_answers_are_and_the_answering_one_is_not_asked_about(at_address, p256):
    made = at_address.certify("official", PA, request_of(p256)).parsed
    access = made.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert {one.access_location.value for one in access} == {f"{URL}/ocsp", f"{URL}/issuing.cer"}
    points = made.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == f"{URL}/issuing.crl"
    above = at_address.issuer.parsed.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert above[0].full_name[0].value == f"{URL}/root.crl"
    answering = at_address.answering_key.certificate.parsed
    assert answering.extensions.get_extension_for_class(x509.OCSPNoCheck)


def test_a_server_gets_its_names_and_openssl_agrees(authority, tmp_path, p256):
    made = authority.certify("server", Subject("hoso.nguyetan.example", OFFICE), request_of(p256),
                             host_names=["hoso.nguyetan.example", "192.168.1.10"])  # fmt: skip
    (tmp_path / "server.pem").write_bytes(made.pem())
    (tmp_path / "chain.pem").write_bytes(authority.issuer.pem())
    for name in (["-verify_hostname", "hoso.nguyetan.example"], ["-verify_ip", "192.168.1.10"]):
        said = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", *name, "-CAfile",
             authority.folder / "root.pem", "-untrusted", tmp_path / "chain.pem", tmp_path / "server.pem"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.stdout.strip().endswith("OK"), said.stderr


def name(common: str, country: str = "VN", organisation: str = OFFICE) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in parts])


OFFICIAL = PROFILES["official"]


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"subject": name("Lo\u0300 Van Pa")}, "RFC 5280 7 letters"),
        ({"subject": name("Lò Văn\u200b Pá")}, "RFC 5280 7 letters"),
        ({"subject": name("ă" * 65)}, "RFC 5280 A.1 lengths"),
        ({"subject": name("Lò Văn Pá", "vn")}, "RFC 5280 A.1 lengths"),
        ({"subject": x509.Name(list(name("Lò Văn Pá"))[1:])}, "EN 319 412-2 4.2.4 subject"),
        ({"not_after": now() + timedelta(days=9000)}, "RFC 5280 4.1.2.5 validity"),
        ({"not_before": now() - timedelta(days=9)}, "RFC 5280 4.1.2.5 validity"),
        ({"not_after": now() + timedelta(days=1200)}, "RFC 5280 4.1.2.5 validity"),
        ({"public_key": ec.generate_private_key(ec.SECP521R1()).public_key()}, "TS 119 312 key"),
        ({"host_names": ["a.example"]}, "RFC 5280 4.2.1.6 server-names"),
        ({"profile": PROFILES["server"]}, "RFC 5280 4.2.1.6 server-names"),
    ],
)
def test_what_breaks_a_line_is_named_and_gets_no_signature(authority, p256, wrong, line):
    used = []

    class Counting:
        def sign(self, data, digest=None):
            used.append(data)
            return authority.issuing.sign(data, digest)

    right = {"profile": OFFICIAL, "subject": name("Lò Văn Pá"), "public_key": p256.public_key(), "not_before": now(),
             "not_after": now() + timedelta(days=30)}  # fmt: skip
    assert isinstance(certified(Order(**right), authority.issuer, Counting(), None), Certificate)
    used.clear()
    with pytest.raises(CertificateInvalid) as caught:
        certified(Order(**right | wrong), authority.issuer, Counting(), None)
    assert caught.value.parameters["lints"] == line
    assert line in LINTS
    assert used == []


def test_every_profile_holds_every_line_with_and_without_addresses(authority, p256):
    for title, profile in PROFILES.items():
        names = ["a.example"] if title == "server" else []
        end = now() + timedelta(days=min(profile.days, 300))
        order = Order(profile, name("Một tên"), p256.public_key(), now(), end, names)
        for addresses in (None, Addresses(URL)):
            assert certified(order, authority.issuer, authority.issuing, addresses)


def test_a_profile_that_nobody_foresaw_is_refused(authority, p256):
    with pytest.raises(CertificateInvalid) as caught:
        authority.certify("president", PA, request_of(p256))
    assert caught.value.code == "profile_unknown"
    assert isinstance(OFFICIAL, Profile)
