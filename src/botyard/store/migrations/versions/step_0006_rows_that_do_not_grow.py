"""A turn that begins a call has its trace in the call's row, and what a call came to stands with the turn it caused."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was kept before stays where it is, and is read there."""
    op.add_column("turn", sa.Column("request", sa.LargeBinary()))
    op.add_column("turn", sa.Column("response", sa.LargeBinary()))
    op.add_column("call", sa.Column("begun_in_turn", sa.BigInteger()))
    op.add_column("call", sa.Column("begun_trace", sa.LargeBinary()))
    op.add_column("call", sa.Column("ended_in_turn", sa.BigInteger()))
