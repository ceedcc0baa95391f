"""Values to JSON and back, by their own types: what one task said, the caller and the next task read.

``dataclasses.asdict`` makes the JSON. What comes back is checked against the types that the value declares: the sender
parsed a stranger's file, or the JSON lay on a disk.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import starmap
from types import UnionType
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def from_plain(kind: type[T], plain: object) -> T:
    """Return the value of this type; raises ``ValueError`` where the JSON is no such value."""
    return cast("T", _value(kind, plain))


def _value(kind: object, plain: object) -> object:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _one_of(inner, plain)
    if origin is tuple:
        return _tuple(inner, plain)
    if origin is list and isinstance(plain, list):
        return [_value(inner[0], item) for item in plain]
    if origin in {dict, Mapping} and isinstance(plain, dict):
        return {_value(inner[0], key): _value(inner[1], item) for key, item in plain.items()}
    if origin is None and isinstance(kind, type):
        return _single(kind, plain)
    raise _other(kind, plain)


def _single(kind: type, plain: object) -> object:
    if is_dataclass(kind):
        return plain if isinstance(plain, kind) else _dataclass(kind, plain)
    if issubclass(kind, Enum):
        return kind(plain)
    if kind is float and type(plain) is int:
        return float(plain)
    if type(plain) is kind:
        return plain
    raise _other(kind, plain)


def _one_of(kinds: tuple[object, ...], plain: object) -> object:
    if plain is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is not type(None):
            try:
                return _value(kind, plain)
            except ValueError:
                continue
    raise _other(kinds, plain)


def _tuple(inner: tuple[object, ...], plain: object) -> tuple[object, ...]:
    if not isinstance(plain, list | tuple):
        raise _other(tuple, plain)
    kinds = inner[:1] * len(plain) if inner[1:] == (...,) else inner
    return tuple(starmap(_value, zip(kinds, plain, strict=True)))


def _dataclass(kind: type, plain: object) -> object:
    hints = _hints(kind)
    if not isinstance(plain, dict) or plain.keys() - hints.keys():
        raise _other(kind, plain)
    try:
        return kind(**{name: _value(hints[name], item) for name, item in plain.items()})
    except TypeError:  # one without a default is missing
        raise _other(kind, plain) from None


@cache
def _hints(kind: type) -> Mapping[str, object]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _other(kind: object, plain: object) -> ValueError:
    return ValueError(f"not a {getattr(kind, '__name__', kind)}: {type(plain).__name__}")  # never the value
