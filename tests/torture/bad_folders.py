"""Whatever somebody has imported who may: broken files, hostile ones, and orders that are no orders."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from botyard.studio.control import socket_path
from tests.hostile_json import CANARY, hostile_json
from tests.torture.bad_values import SECRET, VALUES, spoilt
from tests.torture.place import Place

ANSWERED_WITHIN_S = 60.0
# What an import reads, and what it might be given beside it.
ALSO = (
    "entities/more.csv", "entities/more.yaml", "dialogues/d.yaml", "faqs.yaml", "copy.yaml", "code/c.py", "../up.yaml",
    "/etc/passwd", "nodes/\0.yaml", "nodes/.yaml", "a/b/c/d.yaml", "", "nodes/" + "x" * 3_000 + ".yaml", "bot.json",
)  # fmt: skip


async def folders(place: Place, count: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Order so many imports of a server; what was counted, and what went wrong."""
    counts, wrong = Counter[str](), Counter[str]()
    good = {str(path.relative_to(place.home / "bot")): path.read_bytes() for path in _files(place.home / "bot")}
    bad_json = hostile_json(chance.randrange(10**6), {"name": "Note", "system_name": "NOTE"})
    for _ in range(count):
        files: dict[str, bytes] = dict(good)
        match chance.randrange(5):
            case 0:
                name = chance.choice(list(files))
                files[name] = spoilt(chance, files[name])
            case 1:
                files[chance.choice((*files, *ALSO))] = next(bad_json).body
            case 2:
                files[chance.choice((*files, *ALSO))] = chance.choice(_YAML)
            case 3:
                name = chance.choice(list(files))
                files[name] = _with_a_value(chance, files[name])
            case _:
                files[chance.choice(ALSO)] = chance.choice((b"", b"a,b\nc", chance.randbytes(300)))
        frame = msgspec.msgpack.encode({"type": "import", "files": files})
        is_order = chance.random() < 0.9
        told = await _answer(place, frame if is_order else spoilt(chance, frame))
        counts["imports"] += 1
        counts[f"imports {told[0]}"] += 1
        if is_order and told[0] == "left without an answer":
            wrong["an import was left without an answer"] += 1
        if SECRET.encode() in told[1] or CANARY.encode() in told[1]:
            wrong["a secret came back from an import"] += 1
    return counts, wrong


async def _answer(place: Place, frame: bytes) -> tuple[str, bytes]:
    """Give an order, and read on until it is done or refused."""
    heard = b""
    reader, writer = await asyncio.open_unix_connection(socket_path(place.home / "botyard.db"))
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            writer.write(len(frame).to_bytes(4, "big") + frame)
            while True:
                length = int.from_bytes(await reader.readexactly(4), "big")
                told: Any = msgspec.msgpack.decode(await reader.readexactly(length))
                heard += msgspec.json.encode(told)
                if told["type"] != "progress":
                    return told["type"], heard
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return "left without an answer", heard
    finally:
        writer.close()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _with_a_value(chance: random.Random, content: bytes) -> bytes:
    """Put a value of another kind behind some key."""
    lines = content.decode().split("\n")
    at = chance.choice([number for number, line in enumerate(lines) if ":" in line])
    lines[at] = lines[at].partition(":")[0] + ": " + json.dumps(chance.choice(VALUES))
    return "\n".join(lines).encode()


_YAML = (
    b"a: &a [*a]", b"a: &a {b: *a}", b"a: *nothing", b"!!python/object/apply:os.system ['true']", b"- " * 3_000 + b"x",
    b"{" * 3_000, b"a: !!binary '*'", b"? ? ?", b"a: |\n" + b" x\n" * 50_000, b"\tname: x", b"name: x\nname: y",
    b"\x00", b"%YAML 9.9\n---\n", b"--- a\n--- b\n", b"a: 2026-13-45", b"a: 0o9", b"a: .inf", b"<<: {<<: {}}",
    b"x: &x [y, y]\n" + b"".join(b"x%d: &x%d [*x, *x]\n" % (n, n) for n in range(40)),
    b"a: " + b"9" * 6_000, b"name: " + SECRET.encode() + b"\n  bad: [", b"\xff\xfe" + "name: x".encode("utf-16-le"),
    b"secret: " + SECRET.encode() + b"\nno_such_key: " + SECRET.encode(), b"#" * 100_000, b"a: 'b", b'a: "\\x"',
)  # fmt: skip
