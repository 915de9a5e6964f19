"""The one collection of tables, and the column types they share. Each domain declares its own in its `records.py`."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import MetaData

# Names for every constraint: migrations on two databases need to call them the same.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the primary key is exactly INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Moment(sa.types.TypeDecorator[datetime]):
    """An instant: an aware datetime in Python, seconds since 1970 UTC in the database, exact to the microsecond.

    SQLAlchemy's own DateTime drops the zone on SQLite without a word, so nobody uses it here.
    """

    impl = sa.Float(53)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> float | None:  # noqa: ARG002 - the base class names it
        """Turn an aware datetime into seconds; a naive one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; a moment is aware")
        return value.timestamp()

    def process_result_value(self, value: float | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - the base class names it
        """Turn seconds into an aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)
