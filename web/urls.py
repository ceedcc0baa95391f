"""Every address of the service. ``/k/CODE`` is printed on paper for ten years: it never changes shape."""

from django.urls import path

from web import errors
from web.views import administration, batches, citizen, desk, official, records, session, verify

urlpatterns = [
    path("", session.home, name="home"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("session", session.session_extend, name="session_extend"),
    path("language", session.language, name="language"),
    path("healthz", session.healthz, name="healthz"),
    path("track", citizen.track, name="track"),
    path("k/<str:code>", citizen.progress, name="progress"),
    path("k/<str:code>/more", citizen.more, name="more"),
    path("k/<str:code>/result", citizen.result, name="citizen_result"),
    path("verify", verify.verify, name="verify"),
    path("verify/sheet.pdf", verify.sheet, name="verify_sheet"),
    path("desk", desk.dossiers, name="desk"),
    path("desk/new", desk.receive, name="receive"),
    path("desk/separator-sheet.pdf", desk.separator_sheet, name="separator_sheet"),
    path("dossiers/<uuid:dossier_id>", desk.dossier, name="dossier"),
    path("dossiers/<uuid:dossier_id>/slip", desk.slip, name="slip"),
    path("dossiers/<uuid:dossier_id>/slip.pdf", desk.slip_sheet, name="slip_sheet"),
    path("dossiers/<uuid:dossier_id>/pages/<uuid:page_id>.png", desk.page_image, name="page_image"),
    path("dossiers/<uuid:dossier_id>/fields", desk.confirm_field, name="confirm_field"),
    path("dossiers/<uuid:dossier_id>/record", desk.confirm_all, name="confirm_all"),
    path("dossiers/<uuid:dossier_id>/step", desk.step, name="step"),
    path("to-sign", official.queue, name="official"),
    path("to-sign/<uuid:dossier_id>", official.look, name="sign"),
    path("to-sign/<uuid:dossier_id>/return", official.give_back, name="give_back"),
    path("to-sign/batch", batches.gather_to_sign, name="gather_to_sign"),
    path("to-seal/batch", batches.gather_to_seal, name="gather_to_seal"),
    path("batches/<uuid:batch_id>", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/stop", batches.stop_batch, name="stop_batch"),
    path("batches/<uuid:batch_id>/progress", batches.batch_progress, name="batch_progress"),
    path("to-seal", records.queue, name="records"),
    path("to-seal/<uuid:dossier_id>/number", records.number, name="number"),
    path("to-seal/<uuid:dossier_id>", records.look, name="seal"),
    path("results/<uuid:result_id>/<str:sha256>/<int:number>.png", records.result_image, name="result_image"),
    path("results/<uuid:result_id>.pdf", records.result_pdf, name="result_pdf"),
    path("accounts", administration.accounts, name="accounts"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
