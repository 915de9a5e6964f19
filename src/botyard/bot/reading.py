"""Any of our values from what a file says: every mistake is collected with its line, and reading goes on behind it.

The types of model.py are the format: a field is a key, its default is what may be left out.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, cast

from msgspec import NODEFAULT, Struct
from msgspec import inspect as types

from botyard.bot.business import Team
from botyard.bot.hsl_keys import strange_keys
from botyard.bot.model import Variant
from botyard.bot.problems import Path, Problem, spelt, suggestion
from botyard.bot.units import EXAMPLES, Unit, read_amount
from botyard.bot.yaml_lines import Document
from botyard.hsl.wire import NotHsl, read_element

_S = TypeVar("_S", bound=Struct)

# Stands for a value that could not be read; its problem is noted.
_LOST: Any = object()


class Reading:
    """One file being read.

    lines: by the path that a value has in the model, where lost list items leave no gap. lost: what was left out.
    passed_over: what is wrong with keys that no value depends on.
    """

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.document = document
        self.problems: list[Problem] = []
        self.passed_over: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self.lost: set[Path] = set()

    def read(self, cls: type[_S], stand_ins: Mapping[str, Any], *, without: frozenset[str] = frozenset()) -> _S | None:
        """Read the whole file as one value.

        stand_ins: for required fields that are missing or wrong, so that the rest can still be checked.
        without: fields that other files hold. None: the file holds no keys and values at all.
        """
        found = self._struct(cls, self.document.value, (), (), without=without, stand_ins=stand_ins)
        return None if found is _LOST else cast("_S", found)

    def read_all(self, kind: Any) -> Any:
        """Read the whole file as a list or mapping of this type; what is wrong in it is left out."""
        found = self._any(shape(kind), self.document.value, (), ()) if self.document.value is not None else _LOST
        return kind.__origin__() if found is _LOST else found

    def refuse(self, at: Path, sentence: str) -> Any:
        """Note a mistake and answer what stands for a lost value."""
        self.problems.append(Problem(self.file, self.document.line(at), sentence))
        return _LOST

    def _any(self, kind: types.Type, value: Any, at: Path, to: Path) -> Any:  # noqa: PLR0911 - one line a kind of type
        self.lines[to] = self.document.line(at)
        match kind:
            case types.AnyType():
                return value
            case types.Metadata(type=types.IntType(), extra=extra) if extra:
                return self._amount(extra["unit"], value, at)
            case types.UnionType(types=parts):
                inner = next(part for part in parts if not isinstance(part, types.NoneType))
                return None if value is None else self._any(inner, value, at, to)
            case types.VarTupleType(item_type=item):
                return self._list(item, value, at, to)
            case types.DictType(value_type=inner):
                return self._mapping(inner, value, at, to)
            case types.StructType(cls=cls):
                return self._special(cls, value, at, to)
            case types.LiteralType(values=values):
                return self._choice([str(v) for v in values], value, at)
            case _:
                return self._plain(kind, value, at)

    def _special(self, cls: type[Struct], value: Any, at: Path, to: Path) -> Any:
        if cls is Variant:
            return self._variant(value, at, to)
        if cls is Team and isinstance(value, str):
            return Team(name=value)
        return self._struct(cls, value, at, to)

    def _struct(
        self,
        cls: type[Struct],
        value: Any,
        at: Path,
        to: Path,
        *,
        without: frozenset[str] = frozenset(),
        stand_ins: Mapping[str, Any] = {},
    ) -> Any:
        if not isinstance(value, dict):
            return self._wrong(at, "keys and values", value)
        info = cast("types.StructType", shape(cls))
        fields = {f.encode_name: f for f in info.fields if f.name not in without}
        for key in value:
            if key not in fields:
                near = suggestion(key, fields)
                self.refuse((*at, key), f"{_inside(at)}no key is called `{key[:60]}`{near}")
        found = {f.name: self._field(f, value, at, to) for f in fields.values()}
        found = {name: stand_ins.get(name, part) if part is _LOST else part for name, part in found.items()}
        if any(part is _LOST for part in found.values()):
            return _LOST
        return cls(**{name: part for name, part in found.items() if part is not NODEFAULT})

    def _field(self, field: types.Field, value: dict[str, Any], at: Path, to: Path) -> Any:
        """Read one key; a field that may be left out keeps its default when what was written is wrong."""
        key = field.encode_name
        given = value.get(key)
        if given is None and not (key in value and isinstance(field.type, types.AnyType)):
            if field.required:
                return self.refuse(at, f"{_inside(at)}`{key}` is missing")
            return NODEFAULT
        found = self._any(field.type, given, (*at, key), (*to, key))
        if found is _LOST and not field.required:
            self.lost.add((*to, key))
            return NODEFAULT
        return found

    def _list(self, item: types.Type, value: Any, at: Path, to: Path) -> Any:
        if not isinstance(value, list):
            return self._wrong(at, "a list", value)
        found: list[Any] = []
        for index, inner in enumerate(value):
            one = self._any(item, inner, (*at, index), (*to, len(found)))
            if one is _LOST:
                self.lost.add((*to, len(found)))
            else:
                found.append(one)
        return tuple(found)

    def _mapping(self, inner: types.Type, value: Any, at: Path, to: Path) -> Any:
        if not isinstance(value, dict):
            return self._wrong(at, "keys and values", value)
        found = {key: self._any(inner, part, (*at, key), (*to, key)) for key, part in value.items()}
        return {key: part for key, part in found.items() if part is not _LOST}

    def _plain(self, kind: types.Type, value: Any, at: Path) -> Any:
        match kind:
            case types.StrType() if isinstance(value, str):
                return value
            case types.BoolType() if isinstance(value, bool):
                return value
            case types.IntType() if isinstance(value, int) and not isinstance(value, bool):
                return value
            case types.FloatType() if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
            case _:
                return self._wrong(at, _WANTED[type(kind)], value)

    def _amount(self, unit: Unit, value: Any, at: Path) -> Any:
        amount = read_amount(value, unit) if isinstance(value, str) else None
        return self._wrong(at, EXAMPLES[unit], value) if amount is None else amount

    def _choice(self, values: list[str], value: Any, at: Path) -> Any:
        if value in values:
            return value
        if not isinstance(value, str):
            return self._wrong(at, f"one of {', '.join(values)}", value)
        near = suggestion(value, values)
        return self.refuse(at, f"`{spelt(at)}` is one of {', '.join(values)}, not `{value[:60]}`{near}")

    def _variant(self, value: Any, at: Path, to: Path) -> Any:
        """Read one way to say a response: a text, a list of bubbles, or bubbles with what goes with them."""
        if isinstance(value, dict) and ("messages" in value or "type" not in value):
            found = self._struct(_VariantInFull, value, at, to)
            if found is _LOST:
                return _LOST
            bubbles, here = found.messages, (*at, "messages")
        else:
            found = _VariantInFull(messages=[])
            bubbles, here = (value, at) if isinstance(value, list) else ([value], at)
        if not isinstance(bubbles, list):
            return self._wrong(here, "a list of messages", bubbles)
        single = bubbles is not value and here == at
        messages = [self._bubble(b, here if single else (*here, i)) for i, b in enumerate(bubbles)]
        if any(message is _LOST for message in messages):
            return _LOST
        return Variant(tuple(messages), found.quick_replies, found.platforms)

    def _bubble(self, value: Any, at: Path) -> Any:
        if isinstance(value, str):
            return value
        if not isinstance(value, dict):
            return self._wrong(at, "a text or an HSL element", value)
        try:
            element = read_element(value)
        except NotHsl as error:
            return self.refuse((*at, *_hsl_path(error.path)), f"this is not an HSL element: {error.path} {error.why}")
        for strange in strange_keys(value):
            here = (*at, *strange.path)
            sentence = f"{_inside(here[:-1])}{strange.sentence}"
            severity: Literal["error", "warning"] = "warning" if strange.is_hsl else "error"
            self.passed_over.append(Problem(self.file, self.document.line(here), sentence, severity))
        return element

    def _wrong(self, at: Path, wanted: str, value: Any) -> Any:
        hint = ""
        if wanted == _WANTED[types.StrType] and isinstance(value, int | float):
            hint = "; put it in quotes"
        elif wanted == "a list" and not isinstance(value, dict | None):
            hint = "; put it in [ ]"
        what = f"`{spelt(at)}`" if at else "what this file says"
        return self.refuse(at, f"{what} must be {wanted}, not {_kind(value)}{hint}")


class _VariantInFull(Struct, frozen=True, kw_only=True):
    """A variant with everything that may go with it; its bubbles are read on their own."""

    messages: Any
    quick_replies: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


_WANTED: dict[type[types.Type], str] = {
    types.StrType: "a text",
    types.BoolType: "true or false",
    types.IntType: "a whole number",
    types.FloatType: "a number",
}


shape = cache(types.type_info)


def _inside(at: Path) -> str:
    return f"in `{spelt(at)}` " if at else ""


def _kind(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "keys and values"


def _hsl_path(path: str) -> Path:
    """Turn `$.data.items[0].payload` into a way through the file."""
    steps = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path)
    return tuple(int(index) if index else key for key, index in steps)
