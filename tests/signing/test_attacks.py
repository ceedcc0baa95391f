"""Attack files of our own, one flaw each: every one gets its listed verdict and sub-indication.

The makers are in ``attacks/``, by class of attack. Each flaw is put on a file that passes without it; those files are
checked here too, so that nothing is refused for another reason than its flaw.
"""

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from pyhanko.sign.fields import MDPPerm

from signing.values import Report
from signing.verify.examination import examine
from tests.signing.attacks.craft import Layout, signed
from tests.signing.attacks.forge import LATER, SIGNATURE_BOX, Forge, with_form
from tests.signing.attacks.order import BLANK, FINAL, second
from tests.signing.attacks.pki import CERTIFIES, DAY, Order, crl, ocsp_answer
from tests.signing.attacks.registry import ATTACKS, PASSED, Attack, Case, Outcome, Source
from tests.signing.attacks.revocation import ANSWERS, HOUR, with_store
from tests.signing.attacks.times import ENDED, WHILE_IN_FORCE
from tests.signing.conftest import now

for path in Path(__file__).with_name("attacks").glob("[a-z]*.py"):
    import_module(f"tests.signing.attacks.{path.stem}")
END_TO_END = (
    "content-replaced",
    "contents-all-zeros",
    "signed-by-a-stranger",
    "token-over-other-bytes",
    "tables-in-a-ring",
)


@pytest.fixture(scope="session")
def forge(tmp_path_factory) -> Forge:
    return Forge(tmp_path_factory.mktemp("forge"), now())


def judged(forge: Forge, case: Case) -> Report:
    crls = forge.good_crls if case.crls is None else case.crls
    return examine(io.BytesIO(case.pdf), forge.stores, crls, forge.now + LATER)


def outcome_of(report: Report) -> Outcome:
    return Outcome(report.verdict, report.sub_indication)


@pytest.mark.parametrize("attack", [ATTACKS[name] for name in sorted(ATTACKS)], ids=sorted(ATTACKS))
def test_each_attack_gets_its_verdict(forge, attack: Attack):
    report = judged(forge, attack.case(forge))
    assert outcome_of(report) == attack.outcome, [attack.source, report.message_en]
    assert report.message_vi


def test_there_are_enough_of_every_class():
    by_source = Counter(one.source for one in ATTACKS.values())
    assert len(ATTACKS) >= 60
    assert set(by_source) == set(Source)
    assert PASSED not in {one.outcome for one in ATTACKS.values()}


def _carried_beyond_its_end(forge: Forge) -> Case:
    pdf = forge.stamped(forge.issue(ENDED), forge.now + WHILE_IN_FORCE)
    return Case(pdf, forge.crls(crl(forge.issuing, at=forge.now - 20 * DAY, life=60 * DAY)))


def _with_answer(forge: Forge, *, delegated: bool = False, asked: bool = True) -> Case:
    official = forge.issue(Order(names_responder=asked))
    responder = forge.issue(ANSWERS) if delegated else forge.issuing
    answer = ocsp_answer(official.certificate, forge.issuing.certificate, responder, at=forge.now - HOUR)
    return Case(with_store(forge, official, crls=(crl(forge.root, at=forge.now - DAY),), ocsps=(answer,)), ())


def _below_another_authority(forge: Forge) -> Case:
    order = Order("Cấp thứ hai", usage=CERTIFIES, purposes=(), is_authority=True)
    above = forge.issue(order, forge.root)
    lists = (crl(forge.root, at=forge.now - DAY), crl(above, at=forge.now - DAY))
    return Case(signed(forge.plain, forge.issue(None, above)), lists)


SOUND: dict[str, Callable[[Forge], Case]] = {
    "plain": lambda forge: Case(forge.signed),
    "rsa": lambda forge: Case(signed(forge.plain, forge.rsa_official)),
    "form": lambda forge: Case(signed(with_form(forge.plain), forge.official, Layout("Official", SIGNATURE_BOX))),
    "certified-p1": lambda forge: Case(forge.certified(MDPPerm.NO_CHANGES)),
    "certified-p2": lambda forge: Case(forge.certified(MDPPerm.FILL_FORMS, with_form(forge.plain))),
    "certified-p3": lambda forge: Case(forge.certified(MDPPerm.ANNOTATE, with_form(forge.plain))),
    "closed": lambda forge: Case(signed(forge.plain, forge.official, Layout("Seal", SIGNATURE_BOX, **FINAL))),
    "stamped": lambda forge: Case(forge.stamped(forge.official, forge.now)),
    "stamped-and-ended": _carried_beyond_its_end,
    "archived": lambda forge: Case(forge.document_timestamp(forge.signed, forge.now)),
    "list-embedded": lambda forge: Case(with_store(forge, forge.official, crls=forge.good_crls), ()),
    "answer-embedded": _with_answer,
    "answer-unasked": lambda forge: _with_answer(forge, asked=False),
    "answer-delegated": lambda forge: _with_answer(forge, delegated=True),
    "other-authority": _below_another_authority,
    "colleague-on-blank-paper": lambda forge: Case(second(forge, forge.signed, "colleague", BLANK)),
    "colleague-unseen": lambda forge: Case(second(forge, forge.signed, "colleague", None)),
}


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_the_same_without_the_flaw_passes(forge, make):
    report = judged(forge, make(forge))
    assert outcome_of(report) == PASSED, report.message_en


def test_the_command_says_the_same(forge, tmp_path):
    """A handful through ``moonseal verify``: the sandbox, the second opinion, the exit code of the gravest."""
    lists = []
    for number, content in enumerate(forge.good_crls):
        lists += ["--crl", tmp_path / f"{number}.crl"]
        lists[-1].write_bytes(content)
    files = [tmp_path / f"{name}.pdf" for name in ("sound", *END_TO_END)]
    files[0].write_bytes(forge.signed)
    for file in files[1:]:
        file.write_bytes(ATTACKS[file.stem].case(forge).pdf)
    program = Path(sys.executable).with_name("moonseal")
    command = [program, "verify", *files, "--json", "--anchors", forge.anchor, *lists]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    expected = [PASSED, *(ATTACKS[name].outcome for name in END_TO_END)]
    assert [Outcome(one["verdict"], one["sub_indication"]) for one in said] == expected
    assert done.returncode == 4
