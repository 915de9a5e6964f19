"""A database filled with conversations, by copying one in SQL: 100,000 of them by talking would take an hour."""

import sqlite3
import sys
from pathlib import Path

# What of a copied row is its own; the rest is as in the row it is a copy of. n counts copies from 1, and `span` is how
# many ids of its table one conversation has.
_COPIED = {
    "end_user": ("id = :user", {"id": "id + n", "auth_id": "'user' || (:have + n - 1)", "user_name": "user_name || n"}),
    "conversation": ("id = :conversation", {"id": "id + n", "user_id": "user_id + n"}),
    "message": (
        "conversation_id = :conversation",
        {"id": "id + n * :span", "conversation_id": "conversation_id + n", "caused_by": "caused_by + n * :span"},
    ),
    "turn": (
        "conversation_id = :conversation",
        {"id": "id + n * (SELECT count(*) FROM turn WHERE conversation_id = :conversation)"}
        | {"conversation_id": "conversation_id + n", "caused_by": "caused_by + n * :span"},
    ),
    "call": (
        "conversation_id = :conversation",
        {"conversation_id": "conversation_id + n", "caused_by": "caused_by + n * :span"},
    ),
}
_NUMBERED = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :copies)"


def fill(database: Path, have: int, wanted: int) -> None:
    """Copy the last user and the conversation of user0 … user(have - 1) until there are as many as wanted.

    Nobody else may use the database meanwhile, and the last user was the last who talked.
    """
    with sqlite3.connect(database) as file:
        [(user, conversation)] = file.execute("SELECT user_id, id FROM conversation ORDER BY id DESC LIMIT 1")
        [(span,)] = file.execute("SELECT max(id) - min(id) + 1 FROM message WHERE conversation_id = ?", (conversation,))
        values = {"user": user, "conversation": conversation, "span": span, "have": have, "copies": wanted - have}
        for table, (rows, own) in _COPIED.items():
            columns = [name for _, name, *_ in file.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(own.get(name, f'"{name}"') for name in columns)
            copy = f"INSERT INTO {table} {_NUMBERED} SELECT {copied} FROM {table}, copies WHERE {rows}"  # noqa: S608 - ours
            file.execute(copy, values)
        [(there,)] = file.execute("SELECT count(*) FROM conversation")
    file.close()
    if there != wanted:
        sys.exit(f"{there} conversations where {wanted} were to be: {have} have to be there, and no others")
