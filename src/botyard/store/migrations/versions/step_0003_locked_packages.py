"""A version knows what the requirements of its custom code came to, so that it means the same on every machine."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Older versions go by the lock that the machine keeps, until they are trained again."""
    op.add_column("bot_version", sa.Column("lock", sa.Text()))
