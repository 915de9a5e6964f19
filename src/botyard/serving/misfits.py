"""What does not fit a request's type, in words for whoever programs the client.

msgspec says it in its own words, with types of Python and regular expressions. A constrained field may carry better
ones: the `description` of its Meta ends the sentence "FIELD must be …", in the OpenAPI document it stands by itself. Of
what was sent nothing is repeated, no value and no name that the client chose.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.inspect import Metadata, StructType, Type, UnionType

_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<field>\w+)`")
_TYPE = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>\w+)`")
_LENGTH = re.compile(r"Expected `(?:str|array|object)(?: \| null)?` of length (?P<than>[<>]=) (?P<bound>\d+)")
_BOUND = re.compile(r"Expected `(?:int|float)(?: \| null)?` (?P<than>[<>]=) (?P<bound>-?[\d.]+)")
_PATTERN = re.compile(r"Expected `str(?: \| null)?` matching regex ")

_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_GOT = _TYPES | {"float": "a number with a point"}
_THAN = {"<=": "at most", ">=": "at least"}


def misfit(error: msgspec.ValidationError, kind: type[Struct], value: Mapping[str, Any]) -> str:
    """Say which field of `value` does not fit `kind`, and what would."""
    said = str(error)
    at = _AT.search(said)
    path = at["path"] if at else ""
    what = said[: at.start()] if at else said
    field = _numbered(path, kind, value, said)
    if found := _MISSING.fullmatch(what):
        return f"{field + '.' if field else ''}{found['field']} is missing"
    must = _must(what, _described(kind, path))
    return f"{field} must {must}" if must else f"{field or 'the request'} does not fit: /openapi.json says what would"


def _must(what: str, described: str) -> str:
    if found := _TYPE.fullmatch(what):
        wanted = [_TYPES.get(one, one) for one in found["wanted"].split(" | ")]
        # A whole number is a number: to a client's programmer JSON has one kind.
        wanted = [one for one in wanted if one != _TYPES["int"] or _TYPES["float"] not in wanted]
        return f"be {_one_of(wanted)}, not {_GOT.get(found['got'], found['got'])}"
    if found := _LENGTH.fullmatch(what):
        return f"have {_THAN[found['than']]} {int(found['bound']):,} characters"
    if found := _BOUND.fullmatch(what):
        return f"be {_THAN[found['than']]} {found['bound']}"
    if _PATTERN.match(what):
        return f"be {described or 'written as /openapi.json says'}"
    return ""


def _one_of(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _numbered(path: str, kind: type[Struct], value: Mapping[str, Any], said: str) -> str:
    """Name a field; one whose name the client chose, by its place."""
    outer, is_inside, _ = path.partition("[...]")
    inside = value.get(outer)
    if not is_inside or not isinstance(inside, Mapping):
        return path.replace("[...]", "")
    for place, name in enumerate(inside, 1):
        try:
            msgspec.convert({**value, outer: {name: inside[name]}}, kind)
        except msgspec.ValidationError as error:
            if str(error) == said:
                return f"value {place} in {outer}"
    return f"a value in {outer}"


@cache
def _described(kind: type[Struct], path: str) -> str:
    """Find how a field's type describes what it must be; "" where it does not."""
    inside: Iterable[Any] = (msgspec.inspect.type_info(kind),)
    for name in path.split("."):
        fields = [field for one in inside if isinstance(one, StructType) for field in one.fields]
        inside = [kind for field in fields if field.encode_name == name for kind in _kinds(field.type)]
    schemas = [one.extra_json_schema or {} for one in inside if isinstance(one, Metadata)]
    return "".join(schema.get("description", "") for schema in schemas)


def _kinds(found: Type) -> Iterator[Type]:
    """List what a field may be: each of a union, and a type both with what is said of it and without."""
    yield found
    if isinstance(found, Metadata):
        yield from _kinds(found.type)
    elif isinstance(found, UnionType):
        for one in found.types:
            yield from _kinds(one)
