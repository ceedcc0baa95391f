"""The misfiling guard, for every form: which procedures it is handed in for is its own data."""

import pytest

from dossiers import intake, review, transcription
from dossiers.errors import FieldNotConfirmed
from dossiers.people import Role
from dossiers.procedures import catalogue
from dossiers.transcription import MISFILED
from ocr import FormMatch
from ocr.forms.templates import load_templates
from tests.dossiers.office import scan, upload

FORMS = {form.code: form for form in load_templates()}
PROCEDURES = sorted({rules.code for rules in catalogue.all_versions()})


def read_under(office, form, procedure):
    """Return the dossier that was received under this procedure with this form, once it was read."""
    clerk = office.actor(Role.CLERK)
    paper = scan(form.procedures[0], also_for=form.procedures[1:])
    dossier = intake.receive(clerk, office.new(procedure), [upload(paper)])
    transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()
    return dossier


@pytest.mark.parametrize("code", sorted(FORMS))
def test_a_form_is_taken_under_its_own_procedures_and_raised_at_the_desk_under_another(office, code):
    form = FORMS[code]
    others = [procedure for procedure in PROCEDURES if procedure not in form.procedures]
    for procedure in set(PROCEDURES) - set(others):
        assert MISFILED not in read_under(office, form, procedure).flags
    dossier = read_under(office, form, others[len(code) % len(others)])
    assert MISFILED in dossier.flags
    assert not dossier.fields.exists()
    with pytest.raises(FieldNotConfirmed) as refusal:
        review.make_record(office.actor(Role.CLERK), dossier.pk)
    assert refusal.value.parameters == {"flag": MISFILED}


def test_the_ending_that_a_province_adds_to_a_code_is_no_other_procedure(office):
    form = FORMS["to-khai-dang-ky-khai-sinh"]
    match = FormMatch(form.code, form.version, form.procedures, 1, 0.9)
    assert match.serves(f"{form.procedures[0]}.000.00.00.H56")
    assert not match.serves("1.000656.000.00.00.H56")


@pytest.mark.parametrize("procedure", FORMS["to-khai-thay-doi-thong-tin-cu-tru-ct01"].procedures)
def test_one_form_is_taken_under_each_of_the_procedures_it_serves(office, procedure):
    """No residence procedure is received here yet: the dossier is given its code behind the desk's back."""
    form = FORMS["to-khai-thay-doi-thong-tin-cu-tru-ct01"]
    paper = scan(form.procedures[0], also_for=form.procedures[1:])
    dossier = intake.receive(office.actor(Role.CLERK), office.new(), [upload(paper)])
    type(dossier).objects.filter(pk=dossier.pk).update(procedure_code=procedure)
    transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.flags, dossier.scans.get().form_procedure) == ([], procedure)


def test_every_procedure_and_the_forms_it_names_agree():
    for rules in catalogue.all_versions():
        for code in rules.forms:
            assert rules.code in FORMS[code].procedures
