"""From a statement to what PostgreSQL is handed: SQL text, values as bytes, and rows back as mappings.

SQLAlchemy compiles each statement once, for PostgreSQL's dialect, with `$1` for its parameters; how each of them is
written is settled by the type of its column then, too. Bytes, whole numbers and instants travel in PostgreSQL's binary
forms, all else as text; results come in binary forms, which cost least to read. What a value is on this side of the
wire is what SQLite's `store.statements` makes of it: aware instants in UTC, JSON through msgspec, real booleans.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct, unpack
from typing import Any

import msgspec
import sqlalchemy as sa
from psycopg.pq.abc import PGresult
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from botyard.store.commit import Row
from botyard.store.statements import ConstantsInSql, Convert, columns_of, compiled_for, in_utc, picker, to_json


class _Compiler(ConstantsInSql, PGCompiler):
    """PostgreSQL's SQL."""


DIALECT: Dialect = PGDialect(paramstyle="numeric_dollar", json_serializer=to_json)  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
DIALECT.statement_compiler = _Compiler

# Values, and for each whether it is in PostgreSQL's binary form, else in that of text.
Values = tuple[list[bytes | None], list[int]]

# What PostgreSQL counts instants from, and in.
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

# What a parameter is declared as, by the type of its column; 0 lets PostgreSQL decide. Whole numbers are all int8: what
# goes into a smaller column is checked there, and a comparison of the two needs no care.
_DECLARED: tuple[tuple[type[TypeEngine[Any]], int], ...] = (
    (sa.Boolean, 16),
    (sa.Integer, 20),
    (sa.LargeBinary, 17),
    (sa.DateTime, 1184),
    (sa.JSON, 114),
    (sa.String, 25),
    (sa.Float, 701),
)

_prepared: dict[object, "PreparedHere"] = {}


def prepare(statement: Executable, parameters: Mapping[str, Any]) -> "PreparedHere":
    """Compile a statement, or take it from the cache."""
    found = _prepared.get(statement)
    if found is None:
        names = tuple(parameters)
        # A plain insert(table) takes its columns from the parameters; every other statement says itself what it sets.
        found = _prepared.get((statement, names))
        if found is None:
            found = PreparedHere(statement, names)
            takes_columns = isinstance(statement, sa.Insert) and not found.is_the_same_for_any(statement)
            _prepared[(statement, names) if takes_columns else statement] = found
    return found


class PreparedHere:
    """One compiled statement. sql: as bytes. declared: what its parameters are (OIDs)."""

    def __init__(self, statement: Executable, names: tuple[str, ...]) -> None:
        compiled = _compiled(statement, names)
        self.text = compiled.string
        self.sql = self.text.encode()
        self.is_expanding = bool(compiled.post_compile_params)
        self._compiled = compiled
        slots = [] if self.is_expanding else [compiled.binds[name] for name in compiled.positiontup or ()]
        self.declared = [_declared(slot.type) for slot in slots]
        self._pick = picker([slot.key for slot in slots])
        self._constants = {slot.key: slot.value for slot in slots if not slot.required}
        converts = [slot.type.dialect_impl(DIALECT).bind_processor(DIALECT) for slot in slots]
        self._converts = [(place, convert) for place, convert in enumerate(converts) if convert is not None]
        self._writes = [_WRITES[oid] for oid in self.declared]
        self._formats = [int(oid in _BINARY) for oid in self.declared]
        self._reads: list[tuple[int, str, Convert]] | None = None

    def is_the_same_for_any(self, statement: Executable) -> bool:
        """Whether the statement says itself which columns it sets, so that names of parameters do not matter."""
        return _compiled(statement, ()).string == self.text

    def bind(self, parameters: Mapping[str, Any]) -> Values:
        """Put the parameters in the order the SQL wants them. Raises KeyError for one that is missing."""
        if self._constants:
            parameters = {**self._constants, **parameters}
        values = self._pick(parameters)
        if self._converts:
            values = list(values)
            for place, convert in self._converts:
                values[place] = convert(values[place])
        written = [None if value is None else write(value) for value, write in zip(values, self._writes, strict=True)]
        return written, self._formats

    def expanded(self, parameters: Mapping[str, Any]) -> tuple[bytes, Values]:
        """Write out `IN (…)` for as many values as there are; such a statement is not kept prepared."""
        state = self._compiled.construct_expanded_state(dict(parameters))
        values = [
            state.processors[name](value) if name in state.processors else value
            for name, value in zip(state.positiontup or (), state.positional_parameters, strict=True)
        ]
        return state.statement.encode(), _of_any_type(values)

    def rows(self, result: PGresult) -> list[Row]:
        """Give what came back its names and types."""
        reads = self._reads
        if reads is None:
            reads = self._reads = _readers(result)
        found: list[Row] = []
        for number in range(result.ntuples):
            row = {}
            for place, name, read in reads:
                value = result.get_value(number, place)
                row[name] = None if value is None else read(value)
            found.append(row)
        return found


def _compiled(statement: Executable, names: tuple[str, ...]) -> SQLCompiler:
    if not isinstance(statement, sa.Insert):
        return compiled_for(DIALECT, statement, None)
    if not columns_of(statement):
        statement = statement.inline()  # or SQLAlchemy adds a RETURNING that nobody asked for
    return compiled_for(DIALECT, statement, names)


def _declared(kind: TypeEngine[Any]) -> int:
    return next((oid for of, oid in _DECLARED if isinstance(kind, of)), 0)


def _of_any_type(values: Sequence[Any]) -> Values:
    """Write values of which nothing was declared, as text; bytes as they are."""
    written = [value if value is None or isinstance(value, bytes) else _text_of(value) for value in values]
    return written, [int(isinstance(value, bytes)) for value in values]


def _text_of(value: object) -> bytes:
    match value:
        case str():
            return _text(value)
        case bool():
            return _truth(value)
        case int():
            return b"%d" % value
        case float():
            return _float(value)
        case datetime():
            return in_utc(value).isoformat().encode()
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be stored")


def _text(value: str) -> bytes:
    written = value.encode()
    if b"\0" in written:
        raise ValueError("PostgreSQL keeps no text with a NUL character")
    return written


def _bytes(value: bytes) -> bytes:
    return value


def _truth(value: bool) -> bytes:  # noqa: FBT001 - it is the value
    return b"t" if value else b"f"


def _float(value: float) -> bytes:
    return repr(value).encode()


def _instant(value: datetime) -> bytes:
    return _since_2000(value if value.tzinfo is UTC else in_utc(value))


@lru_cache(maxsize=16)  # as in `store.statements`: the same few, and in UTC only
def _since_2000(value: datetime) -> bytes:
    return _number((value - _EPOCH) // _MICROSECOND)


_number = Struct(">q").pack

# By what a parameter is declared as; 0: PostgreSQL decides, and reads text.
_WRITES: Mapping[int, Convert] = {
    0: _text_of, 16: _truth, 17: _bytes, 20: _number, 25: _text, 114: _text, 701: _float, 1184: _instant,
}  # fmt: skip
_BINARY = (17, 20, 1184)


def _readers(result: PGresult) -> list[tuple[int, str, Convert]]:
    return [
        (place, (result.fname(place) or b"").decode(), _reader(result.ftype(place))) for place in range(result.nfields)
    ]


def _reader(oid: int) -> Convert:
    read = _READERS.get(oid)
    if read is None:
        raise TypeError(f"no reader for PostgreSQL's type {oid}: let the statement cast it to one the schema uses")
    return read


def _to_int(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _to_instant(value: bytes) -> datetime:
    return _EPOCH + _to_int(value) * _MICROSECOND


_READERS: Mapping[int, Callable[[Any], Any]] = {
    16: lambda value: value == b"\x01",
    17: bytes,
    20: _to_int,
    21: _to_int,
    23: _to_int,
    25: bytes.decode,
    114: msgspec.json.decode,
    701: lambda value: unpack(">d", value)[0],
    1043: bytes.decode,
    1184: _to_instant,
}
