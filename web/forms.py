"""The forms of the pages: labels, hints and what is wrong beside each field. Rules of the case work stand elsewhere."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dossiers.procedures.catalogue import procedures
from web.actors import today
from web.text import Words


def _text(css: str = "govuk-input", **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": css, **attributes})


class Plain(forms.Form):
    """Hints and errors are tied to the field by ``aria-describedby``, so that a screen reader says them."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"{self[name].auto_id}_hint"

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors if self.is_bound else ():
            self._mark(name)

    def refuse(self, name: str | None, sentence: Words) -> None:
        """Say what is wrong with one field, or with the whole form."""
        self.add_error(name, str(sentence))
        if name is not None:
            self._mark(name)

    def _mark(self, name: str) -> None:
        if name not in self.fields:
            return
        attributes = self.fields[name].widget.attrs
        if "govuk-input--error" not in attributes.get("class", ""):
            attributes["class"] = f"{attributes.get('class', '')} govuk-input--error"
        attributes["aria-invalid"] = "true"
        described = {*str(attributes.get("aria-describedby", "")).split(), f"{self[name].auto_id}_problem"}
        attributes["aria-describedby"] = " ".join(sorted(described))


class SignIn(Plain):
    username = forms.CharField(
        label=_("Account name"),
        max_length=150,
        error_messages={"required": _("Enter your account name.")},
        widget=_text(
            "govuk-input govuk-input--width-20", autocomplete="username", autocapitalize="none", spellcheck="false"
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        error_messages={"required": _("Enter your password.")},
        widget=forms.PasswordInput(
            attrs={"class": "govuk-input govuk-input--width-20", "autocomplete": "current-password"}
        ),
    )


class Track(Plain):
    code = forms.CharField(
        label=_("Code on the appointment slip"),
        help_text=_("12 letters and digits, for example 7K3M-9QXT-2BHD. Small letters and spaces do no harm."),
        max_length=40,
        error_messages={"required": _("Enter the code that is printed on the slip.")},
        widget=_text(
            "govuk-input govuk-input--width-20", autocomplete="off", autocapitalize="characters", spellcheck="false"
        ),
    )


class Digits(Plain):
    digits = forms.RegexField(
        regex=r"^\s*[0-9]{4}\s*$",
        label=_("Last four digits of your telephone number or of your identity number"),
        help_text=_("Those that you gave at the desk. They are not printed on the slip."),
        max_length=8,
        error_messages={
            "required": _("Enter the last four digits."),
            "invalid": _("Enter exactly four digits, for example 0417."),
        },
        widget=_text("govuk-input govuk-input--width-5", autocomplete="off", inputmode="numeric"),
    )


class Verify(Plain):
    document = forms.FileField(
        label=_("PDF file"),
        max_length=255,
        error_messages={
            "required": _("Choose a PDF file first."),
            "empty": _("This file is empty. Choose another one."),
            "max_length": _("The name of this file is too long. Give it a shorter name."),
        },
        widget=forms.ClearableFileInput(attrs={"class": "govuk-file-upload", "accept": ".pdf,application/pdf"}),
    )


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """One file or many; each is checked as a file, what it holds is for the intake to judge."""

    widget = SeveralFiles

    def clean(self, data: object, initial: object = None) -> "list[UploadedFile[bytes]]":
        given = data if isinstance(data, list | tuple) else [data]
        return [super(ScansField, self).clean(one, initial) for one in given]


def _scans() -> ScansField:
    return ScansField(
        label=_("Scans"),
        help_text=_("PDF, PNG, JPEG or TIFF. Several files may be chosen at once."),
        max_length=255,
        error_messages={
            "required": _("Choose at least one scan."),
            "empty": _("One of the files is empty. Scan that paper again."),
            "max_length": _("The name of a file is too long. Give it a shorter name."),
        },
        widget=SeveralFiles(
            attrs={
                "class": "govuk-file-upload",
                "accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.heic,.heif",
                "multiple": True,
            }
        ),
    )


def _digits(label: Words, hint: Words) -> forms.RegexField:
    return forms.RegexField(
        regex=r"^\s*[0-9]{4}\s*$",
        required=False,
        label=label,
        help_text=hint,
        error_messages={"invalid": _("Enter exactly four digits, for example 0417.")},
        widget=_text("govuk-input govuk-input--width-5", autocomplete="off", inputmode="numeric"),
    )


def procedure_choices() -> list[tuple[str, str]]:
    english = get_language() == "en"
    known = [(one.code, one.name_en if english else one.name_vi) for one in procedures(today())]
    return [("", gettext("Choose from the list")), *known]


class Receive(Plain):
    id = forms.UUIDField(widget=forms.HiddenInput)
    procedure = forms.ChoiceField(
        label=_("Procedure"),
        choices=procedure_choices,
        error_messages={"required": _("Choose the procedure.")},
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )
    applicant_name = forms.CharField(
        label=_("Full name of the applicant"),
        max_length=200,
        error_messages={"required": _("Enter the full name of the applicant.")},
        widget=_text(autocomplete="off"),
    )
    telephone_digits = _digits(
        _("Last four digits of the telephone number"),
        _("With these the citizen opens the result. At least one of the two."),
    )
    identity_digits = _digits(_("Last four digits of the identity number"), "")
    scans = _scans()

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        for name in ("telephone_digits", "identity_digits"):
            given[name] = (given.get(name) or "").strip()
        if not self.errors and not (given["telephone_digits"] or given["identity_digits"]):
            self.refuse(
                "telephone_digits", _("Enter the last four digits of the telephone number or of the identity number.")
            )
        return given


class Refile(Plain):
    procedure = forms.ChoiceField(
        label=_("Right procedure"), choices=procedure_choices, widget=forms.Select(attrs={"class": "govuk-select"})
    )


REASONS = (
    ("papers-missing", _("A paper is missing")),
    ("wrong-page", _("A page does not belong to this dossier")),
    ("wrong-form", _("The form is not the one of this procedure")),
    ("not-readable", _("The paper cannot be read")),
    ("facts-wrong", _("What is written is not right")),
    ("citizen-wish", _("At the wish of the citizen")),
    ("other", _("Another reason, told to the citizen by word of mouth")),
)


class Reason(Plain):
    reason = forms.ChoiceField(
        label=pgettext_lazy("field", "Reason"), choices=REASONS, widget=forms.Select(attrs={"class": "govuk-select"})
    )


class Resume(Plain):
    scans = _scans()


def _pin() -> forms.CharField:
    return forms.CharField(
        label=_("PIN of your key"),
        max_length=256,
        strip=False,
        error_messages={"required": _("Enter the PIN of your key.")},
        widget=forms.PasswordInput(
            attrs={"class": "govuk-input govuk-input--width-10", "autocomplete": "off", "inputmode": "text"}
        ),
    )


class BatchPin(Plain):
    """One PIN for a list; the list's digest goes with it."""

    list_sha256 = forms.RegexField(regex=r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    pin = _pin()


class Pin(Plain):
    """The PIN or password of a key; asked for each act, never kept, never drawn back into the page."""

    shown_sha256 = forms.RegexField(regex=r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    pin = _pin()
