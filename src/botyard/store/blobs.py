"""Large values by their content's hash: trained models, uploads. The same bytes are kept once."""

from contextlib import suppress
from hashlib import sha256

import sqlalchemy as sa

from botyard.errors import NotFound
from botyard.store.commit import Conflict, Store, Write
from botyard.store.schema import metadata

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

_KEEP = sa.insert(blob).values(sha256=sa.bindparam("sha256"), content=sa.bindparam("content"))
_MEND = sa.update(blob).where(blob.c.sha256 == sa.bindparam("name")).values(content=sa.bindparam("content"))
_FETCH = sa.select(blob.c.content).where(blob.c.sha256 == sa.bindparam("sha256"))


async def put(store: Store, content: bytes) -> str:
    """Keep these bytes; their SHA-256 in hex names them from now on. What was kept and is damaged is replaced."""
    name = sha256(content).hexdigest()
    kept = await store.first(_FETCH, {"sha256": name})
    if kept is None:
        with suppress(Conflict):  # somebody kept the same bytes a moment ago
            await store.commit([Write(_KEEP, {"sha256": name, "content": content}, is_heavy=True)])
    elif kept["content"] != content:
        await store.commit([Write(_MEND, {"name": name, "content": content}, is_heavy=True)])
    return name


async def get(store: Store, name: str) -> bytes:
    """Fetch what `put` named. Raises NotFound."""
    row = await store.first(_FETCH, {"sha256": name})
    if row is None:
        raise NotFound(f"no blob {name[:12]}…", sha256=name)
    content: bytes = row["content"]
    return content
