"""A version knows what its custom code was prepared with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Older versions were kept while nothing ran custom code: they have none."""
    op.add_column("bot_version", sa.Column("packages", sa.Text()))
