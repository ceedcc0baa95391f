"""The office that these pages stand for: its name and telephone from its row, its kind from the data folder."""

from dataclasses import dataclass

from django.utils.translation import gettext

from dossiers import folder
from dossiers.engines import FolderKind
from dossiers.models import Unit


@dataclass(frozen=True)
class OfficeShown:
    name: str
    telephone: str
    address: str
    kind: str  # demo, training, real


def office_shown() -> OfficeShown:
    kind = folder.kind() or FolderKind.REAL
    unit = Unit.objects.filter(parent=None).order_by("id").first()
    if unit is None:
        return OfficeShown(gettext("Not set up yet"), "", "", kind.value)
    return OfficeShown(unit.name, unit.telephone, unit.address, kind.value)
