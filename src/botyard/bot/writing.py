"""Any of our values as what a file says: the mirror of reading.py. What equals its default is left out."""

from typing import Any, cast

from msgspec import NODEFAULT, Struct
from msgspec import inspect as types

from botyard.bot.business import Team
from botyard.bot.model import Variant
from botyard.bot.reading import shape
from botyard.bot.units import write_amount
from botyard.hsl.wire import to_json


def written(value: Struct, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Write a value as keys and values, in the order of its fields. without: fields that other files hold."""
    info = cast("types.StructType", shape(type(value)))
    entries = ((f, getattr(value, f.name)) for f in info.fields if f.name not in without)
    return {f.encode_name: _plain(f.type, part) for f, part in entries if f.required or part != _default(f)}


def _default(field: types.Field) -> Any:
    return field.default if field.default is not NODEFAULT else field.default_factory()


def _plain(kind: types.Type, value: Any) -> Any:
    match kind:
        case types.Metadata(type=types.IntType(), extra=extra) if extra:
            return write_amount(value, extra["unit"])
        case types.UnionType(types=parts):
            inner = next(part for part in parts if not isinstance(part, types.NoneType))
            return None if value is None else _plain(inner, value)
        case types.VarTupleType(item_type=item):
            return [_plain(item, part) for part in value]
        case types.DictType(value_type=inner):
            return {key: _plain(inner, part) for key, part in value.items()}
        case types.StructType():
            return _struct(value)
        case _:
            return value


def _struct(value: Struct) -> Any:
    match value:
        case Variant():
            return _variant(value)
        case Team(active=True):
            return value.name
        case _:
            return written(value)


def _variant(variant: Variant) -> Any:
    """Write a variant in the shortest of its three forms."""
    bubbles = [bubble if isinstance(bubble, str) else to_json(bubble) for bubble in variant.messages]
    if variant.quick_replies or variant.platforms:
        extras = {"quick_replies": list(variant.quick_replies), "platforms": list(variant.platforms)}
        return {"messages": bubbles, **{key: part for key, part in extras.items() if part}}
    return bubbles[0] if len(bubbles) == 1 and isinstance(bubbles[0], str) else bubbles
