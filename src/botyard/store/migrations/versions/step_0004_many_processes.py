"""Many processes share a database: each has a row, and a conversation knows which of them takes its turns."""

import sqlalchemy as sa
from alembic import op

from botyard.store.schema import Id, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A conversation that nobody owns is free: whoever hears of it first takes it."""
    op.create_table(
        "process",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cluster", sa.Text, nullable=False),
        sa.Column("takes_turns", sa.Boolean, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )
    op.add_column("conversation", sa.Column("owner", sa.BigInteger()))
