"""From a statement to what sqlite3 is handed: SQL text, values in order, and rows back as mappings.

SQLAlchemy compiles each statement once; after that a call costs one look-up and one tuple. Statements are module
constants, so the cache is as large as the code. Python-side column defaults are refused: whoever writes a row says
everything that stands in it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from botyard.store.commit import Row

Convert = Callable[[Any], Any]


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


class _Instant(sqlite.DATETIME):
    """An aware datetime as ISO 8601 in UTC, always with microseconds so that text order is time order.

    SQLAlchemy's own type drops the zone on SQLite without a word.
    """

    def bind_processor(self, dialect: Dialect) -> Convert:  # noqa: ARG002 - the base class names it
        return _to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:  # noqa: ARG002 - the base class names them
        return _from_text


def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone: only aware instants are stored")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


DIALECT = sqlite.dialect(paramstyle="qmark", json_serializer=_to_json, json_deserializer=msgspec.json.decode)
DIALECT.colspecs = {**DIALECT.colspecs, sa.DateTime: _Instant}

_prepared: dict[tuple[Executable, tuple[str, ...]], "Prepared"] = {}


def prepare(statement: Executable, parameters: Mapping[str, Any]) -> "Prepared":
    """Compile a statement for these names of parameters, or take it from the cache."""
    key = (statement, tuple(parameters))
    found = _prepared.get(key)
    if found is None:
        found = _prepared[key] = Prepared(statement, key[1])
    return found


class Prepared:
    """One compiled statement."""

    def __init__(self, statement: Executable, names: tuple[str, ...]) -> None:
        # A plain insert(table) takes its columns from the parameters; everything else says itself what it sets.
        columns = names if isinstance(statement, sa.Insert) else None
        if not isinstance(statement, sa.ClauseElement):
            raise TypeError(f"{statement!r} is no statement")
        compiled = statement.compile(dialect=DIALECT, column_keys=columns)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{statement!r} is no statement that reads or writes rows")
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"columns with Python-side defaults are not supported here: {compiled.string}")
        self._compiled = compiled
        self._is_expanding = bool(compiled.post_compile_params)
        self._slots = [] if self._is_expanding else [_slot(compiled, name) for name in compiled.positiontup or ()]
        self._is_plain = all(is_required and convert is None for _, is_required, _, convert in self._slots)
        self._names = [name for name, *_ in self._slots]
        self._columns = _columns(statement)
        self._keys: tuple[str, ...] | None = None
        self._reads: list[tuple[str, Convert]] = []

    def bind(self, parameters: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Put the parameters in the order the SQL wants them. Raises KeyError for one that is missing."""
        if self._is_plain and not self._is_expanding:
            return self._compiled.string, [parameters[name] for name in self._names]
        if self._is_expanding:
            state = self._compiled.construct_expanded_state(dict(parameters))
            return state.statement, [
                state.processors[name](value) if name in state.processors else value
                for name, value in zip(state.positiontup or (), state.positional_parameters, strict=True)
            ]
        values = []
        for name, is_required, default, convert in self._slots:
            value = parameters[name] if is_required else parameters.get(name, default)
            values.append(value if convert is None else convert(value))
        return self._compiled.string, values

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


def _slot(compiled: SQLCompiler, name: str) -> tuple[str, bool, Any, Convert | None]:
    bind = compiled.binds[name]
    return name, bind.required, bind.value, bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)


def _columns(statement: Executable) -> list[Any]:
    columns = getattr(statement, "exported_columns", None)
    return [] if columns is None else list(columns)
