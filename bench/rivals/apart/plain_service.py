"""The same turn as most would write it: FastAPI, httpx, SQLAlchemy's ORM; run in an environment of its own.

    python plain_service.py PORT HOOK_PORT DATABASE_FILE

It keeps the message before it answers, calls the signed webhook, keeps the answer, replies. What it leaves out of a
platform (understanding, checks, a guard for addresses, recovery) is left out in its favour.
"""

import hashlib
import hmac
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import ForeignKey, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

PORT, HOOK_PORT, FILE = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
SECRET = b"a secret that both sides know"
ANSWERED_BY = {"what does the speaker cost": "PRODUCT_PRICE", "what does the powerbank cost": "PRODUCT_PRICE"}


class Base(DeclarativeBase):
    """What all tables share."""


class User(Base):
    """Somebody who writes."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    auth_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    conversations: Mapped[list["Conversation"]] = relationship(back_populates="user")


class Conversation(Base):
    """A conversation and where it stands."""

    __tablename__ = "conversation"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    node: Mapped[str | None]
    data: Mapped[str] = mapped_column(default="{}")
    updated_at: Mapped[datetime]
    user: Mapped[User] = relationship(back_populates="conversations")


class Message(Base):
    """One message of either side."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    sender: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]


class Named(BaseModel):
    """Who writes."""

    auth_id: str


class Asked(BaseModel):
    """A message from a user."""

    user: Named
    message_body: str
    message_type: int
    business_id: int


class Answered(BaseModel):
    """The reply."""

    status: bool
    conversation_no: int
    node: str
    messages: list[str]


class FromWebhook(BaseModel):
    """What the webhook says."""

    status: bool
    response: list[str]
    conversation_data: dict[str, object] | None = None


engine = create_async_engine(f"sqlite+aiosqlite:///{FILE}")
session_of = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def durably(connection, _record) -> None:  # noqa: ANN001 - SQLAlchemy's own
    """Promise what Botyard promises: what was acknowledged is on disk."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the tables and the one client."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=64)) as app.state.client:
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/messages")
async def turn(asked: Asked) -> Answered:
    """Take one turn."""
    async with session_of() as session:
        conversation = await conversation_of(session, asked.user.auth_id)
        session.add(message(conversation, "user", asked.message_body))
        await session.commit()
        node = ANSWERED_BY.get(asked.message_body)
        if node is None:
            raise HTTPException(422, "no node answers that")
        said = await webhook(conversation, node, asked)
        session.add_all([message(conversation, "bot", sentence) for sentence in said.response])
        conversation.node, conversation.updated_at = node, datetime.now(UTC)
        if said.conversation_data is not None:
            conversation.data = json.dumps(said.conversation_data)
        await session.commit()
        return Answered(status=said.status, conversation_no=conversation.id, node=node, messages=said.response)


async def conversation_of(session: AsyncSession, auth_id: str) -> Conversation:
    """Find the user's conversation, or begin one."""
    found = await session.scalar(select(Conversation).join(User).where(User.auth_id == auth_id))
    if found is not None:
        return found
    user = User(auth_id=auth_id, name=auth_id)
    begun = Conversation(user=user, updated_at=datetime.now(UTC))
    session.add_all([user, begun])
    await session.flush()
    return begun


def message(conversation: Conversation, sender: str, body: str) -> Message:
    """Write a row."""
    return Message(conversation_id=conversation.id, sender=sender, body=body, created_at=datetime.now(UTC))


async def webhook(conversation: Conversation, node: str, asked: Asked) -> FromWebhook:
    """Call the business, signed."""
    body = json.dumps(
        {
            "node": node,
            "event": "API_INTEGRATION",
            "user": {"auth_id": asked.user.auth_id},
            "conversation_no": conversation.id,
            "conversation_data": json.loads(conversation.data),
            "entities": {"product": [{"detection": "message", "original_text": "speaker", "entity_value": "speaker"}]},
        }
    ).encode()
    signature = hmac.new(SECRET, body, hashlib.sha1).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature": f"sha1={signature}"}
    answer = await app.state.client.post(f"http://127.0.0.1:{HOOK_PORT}/price", content=body, headers=headers)
    answer.raise_for_status()
    return FromWebhook.model_validate_json(answer.content)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, access_log=False, log_level="warning")
