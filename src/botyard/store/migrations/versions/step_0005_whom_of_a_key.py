"""An `idempotency-key` knows for whom it was used, so that nobody else's request is taken for it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was answered before goes on being answered by its key alone, for the day that it is remembered."""
    op.add_column("idempotency_key", sa.Column("whom_hash", sa.LargeBinary()))
