"""One JSON object of a message while it is read: every refusal says where, and what belongs there."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from botyard.errors import BadRequest

_T = TypeVar("_T")

_KINDS = {str: "a text", dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}


class NotHsl(BadRequest):
    """This is no HSL element. path: where, as in `$.data.items[0].uri`; why: what belongs there."""

    code = "not_hsl"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"not an HSL element: {path} {why}", path=path, why=why)
        self.path = path
        self.why = why


class Part:
    """An object inside an element, and where it stands. A key that is null counts as one that is not there."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise NotHsl(path, f"must be an object, not {kind_of(value)}")
        self.fields: dict[str, Any] = value
        self.path = path

    def refuse(self, key: str, why: str) -> NotHsl:
        """Say what is wrong with one key."""
        return NotHsl(f"{self.path}.{key}", why)

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text. default: what an absent one means; None where there must be one."""
        return self._of(str, key, default)

    def one_of(self, key: str, choices: Iterable[str]) -> str:
        """Read a word of a closed list."""
        word = self.text(key)
        if word not in choices:
            raise self.refuse(key, f"must be {_either(choices)}, not {word[:40]!r}")
        return word

    def truth(self, key: str) -> bool:
        """Read true or false; builders also write them as texts. Absent means false."""
        value = self.fields.get(key)
        if isinstance(value, str) and value.strip().lower() in ("true", "false", ""):
            return value.strip().lower() == "true"
        return self._of(bool, key, default=False)

    def whole(self, key: str, default: int = 0) -> int:
        """Read a whole number; true and false count as 1 and 0."""
        value = self.fields.get(key)
        return int(value) if isinstance(value, bool) else self._of(int, key, default)

    def mapping(self, key: str) -> dict[str, Any]:
        """Read an object whose keys are the builder's business; absent means empty."""
        return self._of(dict, key, {})

    def part(self, key: str) -> "Part":
        """Read an object that is looked into; absent means empty."""
        return Part(self.mapping(key), f"{self.path}.{key}")

    def each(self, key: str, read: Callable[["Part"], _T], *, required: bool = False) -> tuple[_T, ...]:
        """Read a list of objects, in order."""
        found: list[object] = self._of(list, key, None if required else [])
        return tuple(read(Part(item, f"{self.path}.{key}[{place}]")) for place, item in enumerate(found))

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; one text is read as a list with commas, as forms are written by hand."""
        value = self.fields.get(key)
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        found: list[object] = self._of(list, key, [])
        return tuple(self._word(f"{key}[{place}]", item) for place, item in enumerate(found))

    def _word(self, key: str, item: object) -> str:
        if not isinstance(item, str):
            raise self.refuse(key, f"must be a text, not {kind_of(item)}")
        return item

    def _of(self, kind: type[_T], key: str, default: _T | None) -> _T:
        value = self.fields.get(key)
        if value is None:
            if default is None:
                raise self.refuse(key, f"is missing; it must be {_KINDS[kind]}")
            return default
        # A bool is an int to Python, never to a builder.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.refuse(key, f"must be {_KINDS[kind]}, not {kind_of(value)}")
        return value


def kind_of(value: object) -> str:
    """Name what kind of JSON a value is, in a builder's words."""
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


def _either(choices: Iterable[str]) -> str:
    *most, last = choices
    return f"{', '.join(most)} or {last}"
