"""Numbers, intents, signature, seal: each arrow also in its failing forms, “nothing happened” and “it had happened”."""

from pathlib import Path

import pytest

from dossiers import delivery, issue
from dossiers.lifecycle import State
from dossiers.models import NumberEntry, Signature, SigningIntent
from dossiers.people import Role
from tests.dossiers.office import BIRTH, COPY, DEATH, MARITAL, SECRET


@pytest.mark.parametrize("procedure", [MARITAL, BIRTH, DEATH, COPY])
def test_a_dossier_becomes_a_sealed_result_that_passes(office, dossier_at, procedure):
    dossier = dossier_at(State.SEALED, procedure)
    result = dossier.results.get(voided_at=None)
    pdf = delivery.download(office.actor(Role.CLERK), dossier.pk).pdf
    Path(f"/tmp/h5-{procedure}.pdf").write_bytes(pdf)
    report = office.engines.verifier.verify(pdf)
    print(report.message_en, [(s.role, s.level, s.verdict) for s in report.signatures])
    report.require_passed()
    assert [one.role.value for one in report.signatures] == ["official", "seal"]
    assert result.sealed.size_bytes == len(pdf)
    assert dossier.state == State.SEALED.value
    assert not SigningIntent.objects.filter(closed_at=None).exists()
    assert Signature.objects.filter(result=result).count() == 2
    assert {entry.state for entry in dossier.numbers.all()} == {NumberEntry.USED}
