"""The one collection of tables, and the column types they share. Each domain declares its own in its `records.py`."""

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


# An instant, aware. The store keeps it in UTC and hands it back aware on every database (`store.statements`).
Moment = sa.DateTime(timezone=True)

# In a table's `info`: units of several processes change its rows, so a group of them takes those it changes in the
# order of their ids (`postgres/in_line.py`).
IN_LINE = "in line"
