"""All tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make everything."""
    _blob()
    _end_user()
    _partner()
    _bot_version()
    _business()
    _conversation()
    _idempotency_key()
    _secret()
    _team()
    _token()
    _visitor()
    _call()
    _inbox()
    _live()
    _message()
    _turn()


def _blob() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )


def _end_user() -> None:
    op.create_table(
        "end_user",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("auth_id", sa.Text(), nullable=True),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("mobile_no", sa.Text(), nullable=False),
        sa.Column("language_code", sa.Text(), nullable=False),
        sa.Column("device_platform", sa.Integer(), nullable=False),
        sa.Column("auth_code", sa.Text(), nullable=False),
        sa.Column("custom_data", sa.JSON(), nullable=False),
        sa.Column("permanent_user_data", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_end_user"),
        sa.UniqueConstraint("partner_id", "auth_id", name="uq_end_user_partner_id_auth_id"),
        sa.UniqueConstraint("partner_id", "user_name", name="uq_end_user_partner_id_user_name"),
        sqlite_autoincrement=True,
    )


def _partner() -> None:
    op.create_table(
        "partner",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("client_id", name="uq_partner_client_id"),
        sa.UniqueConstraint("name", name="uq_partner_name"),
        sqlite_autoincrement=True,
    )


def _bot_version() -> None:
    op.create_table(
        "bot_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_bot_version_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_bot_version"),
        sa.UniqueConstraint("partner_id", "bot", "content", name="uq_bot_version_partner_id_bot_content"),
        sa.UniqueConstraint("partner_id", "bot", "number", name="uq_bot_version_partner_id_bot_number"),
    )


def _business() -> None:
    op.create_table(
        "business",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("via_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("human_assistance", sa.Boolean(), nullable=False),
        sa.Column("default_team", sa.Text(), nullable=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("fallback_bot", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_business_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_business"),
        sa.UniqueConstraint("partner_id", "via_name", name="uq_business_partner_id_via_name"),
        sqlite_autoincrement=True,
    )


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("conversation_no", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("wake_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["end_user.id"], name="fk_conversation_user_id_end_user"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("business_id", "user_id", name="uq_conversation_business_id_user_id"),
    )
    op.create_index(
        "ix_conversation_wake_at",
        "conversation",
        ["wake_at"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_idempotency_key_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_key"),
        sa.UniqueConstraint("partner_id", "key", "route", name="uq_idempotency_key_partner_id_key_route"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])


def _secret() -> None:
    op.create_table(
        "secret",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_secret_partner_id_partner"),
        sa.PrimaryKeyConstraint("partner_id", "name", name="pk_secret"),
    )


def _team() -> None:
    op.create_table(
        "team",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_team_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("partner_id", "name", name="uq_team_partner_id_name"),
        sqlite_autoincrement=True,
    )


def _token() -> None:
    op.create_table(
        "token",
        sa.Column("id", _ID, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_token_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sqlite_autoincrement=True,
    )


def _visitor() -> None:
    op.create_table(
        "visitor",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["end_user.id"], name="fk_visitor_user_id_end_user"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_visitor"),
    )


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("call_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("caused_by", sa.BigInteger(), nullable=True),
        sa.Column("effect", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_call_conversation_id_conversation"),
        sa.PrimaryKeyConstraint("conversation_id", "call_no", name="pk_call"),
    )
    op.create_index(
        "ix_call_out",
        "call",
        ["conversation_id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("happening", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_inbox_conversation_id_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sqlite_autoincrement=True,
    )


def _live() -> None:
    op.create_table(
        "live",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="fk_live_business_id_business"),
        sa.ForeignKeyConstraint(["version_id"], ["bot_version.id"], name="fk_live_version_id_bot_version"),
        sa.PrimaryKeyConstraint("business_id", name="pk_live"),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("conversation_no", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("caused_by", sa.BigInteger(), nullable=True),
        sa.Column("client_key", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_conversation_id_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_message_waiting",
        "message",
        ["conversation_id"],
        sqlite_where=sa.text("starts IS NOT NULL"),
        postgresql_where=sa.text("starts IS NOT NULL"),
    )
    op.create_index(
        "ux_message_client_key",
        "message",
        ["conversation_id", "client_key"],
        unique=True,
        sqlite_where=sa.text("client_key IS NOT NULL"),
        postgresql_where=sa.text("client_key IS NOT NULL"),
    )


def _turn() -> None:
    op.create_table(
        "turn",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("turn_no", sa.BigInteger(), nullable=False),
        sa.Column("caused_by", sa.BigInteger(), nullable=True),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_turn_conversation_id_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("conversation_id", "turn_no", name="uq_turn_conversation_id_turn_no"),
    )
