"""From a statement to what sqlite3 is handed: SQL text, values in order, and rows back as mappings.

SQLAlchemy compiles each statement once; after that a call costs one look-up and one tuple. Statements are module
constants, so the cache is as large as the code, and what is constant in them stands in the SQL. Python-side column
defaults are refused: whoever writes a row says everything that stands in it.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

from botyard.store.commit import Row

Convert = Callable[[Any], Any]


def to_json(value: object) -> str:
    """JSON as text."""
    return msgspec.json.encode(value).decode()


class _Instant(sqlite.DATETIME):
    """An aware datetime as ISO 8601 in UTC, always with microseconds so that text order is time order.

    SQLAlchemy's own type drops the zone on SQLite without a word.
    """

    def bind_processor(self, dialect: Dialect) -> Convert:  # noqa: ARG002 - the base class names it
        return instant_to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:  # noqa: ARG002 - the base class names them
        return _from_text


def instant_to_text(value: datetime | None) -> str | None:
    """Write an aware datetime as ISO 8601 in UTC. Raises ValueError for one without a zone."""
    return None if value is None else _iso(value if value.tzinfo is UTC else in_utc(value))


def in_utc(value: datetime) -> datetime:
    """Give an aware datetime in UTC. Raises ValueError for one without a zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone: only aware instants are stored")
    return value.astimezone(UTC)


# One turn writes the same few instants into many rows. In UTC only: elsewhere two instants are equal in autumn.
@lru_cache(maxsize=16)
def _iso(value: datetime) -> str:
    return _ISO % (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)


# As `isoformat` writes it, in a third of the time.
_ISO = "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00"


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


class ConstantsInSql(SQLCompiler):
    """Writes what is the same whenever a statement runs (`sender="user"`) into its SQL: it is not bound each time.

    Only numbers and text: other constants (bytes, JSON) are bound.
    """

    def visit_bindparam(self, bindparam: BindParameter[Any], *further: Any, **options: Any) -> str:
        """Write a place for a parameter, or the constant."""
        is_constant = not bindparam.required and not bindparam.expanding
        if is_constant and isinstance(bindparam.value, int | str | None):
            options["literal_binds"] = True
        written: str = super().visit_bindparam(bindparam, *further, **options)  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
        return written


class _Compiler(ConstantsInSql, SQLiteCompiler):
    """SQLite's SQL."""


DIALECT = sqlite.dialect(paramstyle="qmark", json_serializer=to_json, json_deserializer=msgspec.json.decode)
DIALECT.colspecs = {**DIALECT.colspecs, sa.DateTime: _Instant}
DIALECT.statement_compiler = _Compiler


# Of all but numbers and text sqlite3 asks at length, each time, whether it has a form for databases; unless it is told.
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(type(None), lambda none: none)

_prepared: dict[object, "Prepared"] = {}


def prepare(statement: Executable, parameters: Mapping[str, Any]) -> "Prepared":
    """Compile a statement, or take it from the cache."""
    found = _prepared.get(statement)
    if found is not None:
        return found
    names = tuple(parameters)
    found = _prepared.get((statement, names))
    if found is None:
        found = Prepared(statement, names)
        # A plain insert(table) takes its columns from the parameters; every other statement says itself what it sets.
        _prepared[(statement, names) if isinstance(statement, sa.Insert) else statement] = found
        if isinstance(statement, sa.Insert) and found.is_the_same_for_any(statement):
            _prepared[statement] = found
    return found


class Prepared:
    """One compiled statement."""

    def __init__(self, statement: Executable, names: tuple[str, ...]) -> None:
        compiled = compiled_for(DIALECT, statement, names if isinstance(statement, sa.Insert) else None)
        self.sql = compiled.string
        self._compiled = compiled
        self._is_expanding = bool(compiled.post_compile_params)
        slots = [compiled.binds[name] for name in compiled.positiontup or ()]
        self._pick = picker([slot.key for slot in slots])
        self._constants = {slot.key: slot.value for slot in slots if not slot.required}
        converts = [slot.type.dialect_impl(DIALECT).bind_processor(DIALECT) for slot in slots]
        self._converts = [(place, convert) for place, convert in enumerate(converts) if convert is not None]
        self._converts_of = {slots[place].key: convert for place, convert in self._converts}
        self._columns = columns_of(statement)
        self._keys: tuple[str, ...] | None = None
        self._reads: list[tuple[str, Convert]] = []

    def is_the_same_for_any(self, statement: Executable) -> bool:
        """Whether the statement says itself which columns it sets, so that names of parameters do not matter."""
        return compiled_for(DIALECT, statement, ()).string == self.sql

    def bind(self, parameters: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Put the parameters in the order the SQL wants them. Raises KeyError for one that is missing."""
        if self._is_expanding:
            return self._expanded(parameters)
        if self._constants:
            parameters = {**self._constants, **parameters}
        values = self._pick(parameters)
        if self._converts:
            values = list(values)
            for place, convert in self._converts:
                values[place] = convert(values[place])
        return self.sql, values

    def _expanded(self, parameters: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Write out `IN (…)` for as many values as there are."""
        state = self._compiled.construct_expanded_state(dict(parameters))
        converts = {**self._converts_of, **state.processors}
        return state.statement, [
            converts[name](value) if name in converts else value
            for name, value in zip(state.positiontup or (), state.positional_parameters, strict=True)
        ]

    def rows(self, description: Sequence[Sequence[Any]], fetched: list[tuple[Any, ...]]) -> list[Row]:
        """Give fetched tuples their names and types back."""
        if self._keys is None:
            self._keys = tuple(column[0] for column in description)
            self._reads = self._readers(self._keys)
        keys = self._keys
        found: list[Row] = []
        for fields in fetched:
            row = dict(zip(keys, fields, strict=True))
            for key, convert in self._reads:
                row[key] = convert(row[key])
            found.append(row)
        return found

    def _readers(self, keys: tuple[str, ...]) -> list[tuple[str, Convert]]:
        readers = []
        for key, column in zip(keys, self._columns, strict=bool(self._columns)):
            convert = column.type.dialect_impl(DIALECT).result_processor(DIALECT, None)
            if convert is not None and not isinstance(column.type, sa.LargeBinary):  # sqlite3 hands out bytes already
                readers.append((key, convert))
        return readers


def compiled_for(dialect: Dialect, statement: Executable, columns: tuple[str, ...] | None) -> SQLCompiler:
    """Compile a statement. columns: what a plain insert sets. Raises TypeError for what no store can run."""
    if not isinstance(statement, sa.ClauseElement):
        raise TypeError(f"{statement!r} is no statement")
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{statement!r} is no statement that reads or writes rows")
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError(f"columns with Python-side defaults are not supported here: {compiled.string}")
    return compiled


def picker(names: list[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Put values in the order of these names."""
    if len(names) > 1:
        return itemgetter(*names)  # the fastest way there is to put values in order
    return lambda parameters: [parameters[name] for name in names]


def columns_of(statement: Executable) -> list[Any]:
    """List the columns a statement returns."""
    columns = getattr(statement, "exported_columns", None)
    return [] if columns is None else list(columns)
