"""A dossier that is being read says how far the machine is; one that it gave up can be read again at the desk."""

from django.urls import reverse

from dossiers import transcription
from dossiers.lifecycle import State
from dossiers.models import Dossier, QueuedJob


def test_the_page_that_is_read_now_is_shown(as_, dossier_at):
    dossier = dossier_at(State.RECEIVED)
    QueuedJob.objects.update(progress={"stage": "text", "page": 3, "pages": 12, "done": 2})
    page = as_("clerk").get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert "Đang đọc trang 3 trong 12" in page
    assert 'value="read-again"' not in page


def test_what_the_machine_gave_up_is_read_again(as_, dossier_at, office):
    dossier, clerk = dossier_at(State.RECEIVED), as_("clerk")
    QueuedJob.objects.update(finished_at=dossier.received_at, outcome="failed")
    Dossier.objects.filter(pk=dossier.pk).update(flags=[transcription.TRANSCRIPTION_FAILED])
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert 'value="read-again"' in page
    assert "Đang đọc trang" not in page
    form = {"step": "read-again", "revision": dossier.revision}
    assert clerk.post(reverse("step", args=[dossier.pk]), form).status_code == 302
    assert clerk.post(reverse("step", args=[dossier.pk]), form).status_code == 409  # the button pressed twice
    dossier.refresh_from_db()
    assert (dossier.flags, QueuedJob.objects.filter(finished_at=None).count()) == ([], 1)
