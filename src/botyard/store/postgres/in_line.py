"""Takes the rows that a group changes before it changes any, in one order whoever takes them.

A group holds what its units change until its COMMIT, and the units of another process's group may want the same
conversations in another order: then each waits for the other, PostgreSQL finds out after a second and ends one of them.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import Executable, operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter

from botyard.store.commit import Write
from botyard.store.schema import IN_LINE, metadata

# The table whose row, or rows, a statement changes, and the parameter that names them.
_Changes: TypeAlias = tuple[str, str]


@cache
def _taking(name: str) -> sa.Select[Any]:
    table = metadata.tables[name]
    ids = sa.cast(sa.bindparam("ids", type_=sa.Text), ARRAY(sa.BigInteger))
    return sa.select(table.c.id).where(table.c.id == sa.any_(ids)).order_by(table.c.id).with_for_update(key_share=True)


def taken_first(writes: Iterable[Write]) -> list[tuple[Executable, Mapping[str, Any]]]:
    """List what a group asks for before anything else: nothing where it changes a single row, or none of those."""
    ids: dict[str, set[int]] = {}
    for write in writes:
        changes = _changes(write.statement)
        if changes is not None:
            table, name = changes
            named = write.parameters[name]
            ids.setdefault(table, set()).update(named if isinstance(named, list) else (named,))
    if sum(map(len, ids.values())) < 2:  # noqa: PLR2004 - a ring has two
        return []
    return [(_taking(table), {"ids": f"{{{','.join(map(str, ids[table]))}}}"}) for table in sorted(ids)]


def row_in_line(writes: Iterable[Write]) -> int:
    """Name the first row that a unit changes of those that are taken in line; 0 where it changes none."""
    for write in writes:
        changes = _changes(write.statement)
        if changes is not None:
            named = write.parameters[changes[1]]
            return int(named[0] if isinstance(named, list) else named)
    return 0


@cache  # statements are module constants: it is as large as the code
def _changes(statement: Executable) -> _Changes | None:
    """Find the parameter that a statement's own condition compares the primary key with."""
    if not isinstance(statement, sa.Update | sa.Select):  # a question among changes is there to lock
        return None
    tables = [statement.table] if isinstance(statement, sa.Update) else statement.get_final_froms()
    table = next((one for one in tables if isinstance(one, sa.Table) and IN_LINE in one.info), None)
    if table is None or statement.whereclause is None:
        return None
    for part in visitors.iterate(statement.whereclause):
        match part:
            case BinaryExpression(left=left, right=BindParameter(key=key), operator=how):
                if left is table.c.id and how in (operators.eq, operators.in_op):
                    return table.name, key
    raise TypeError(f"{table.name} is taken in line: a statement that changes it must name its rows by their ids")
