"""The type of a sentence that may still have to be translated when it is shown."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # exists for type checkers only

Words: TypeAlias = "str | _StrPromise"
