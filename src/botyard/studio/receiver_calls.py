"""The sample calls of `botyard webhook check`: what a node would send, and what somebody else might."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from botyard.engine.effects import Call, Collected
from botyard.engine.state import User
from botyard.integrations.webhook import headers_of, payload_of

# usable: answered so that a turn can go on. refused: not answered. survived: answered or refused, but not broken by it.
Wanted: TypeAlias = Literal["usable", "refused", "survived"]

_NOBODY_KNOWS_IT = "no such value"
_CHANGED = b" "  # a byte more after the body was signed, and the JSON says the same


class Sample(Struct, frozen=True):
    """One call, as bytes, and how a good receiver takes it. name: for people."""

    name: str
    wanted: Wanted
    body: bytes
    headers: dict[str, str]


def samples(node: str, entities: Mapping[str, str], secret: str, *, run: str, now: int) -> Iterator[Sample]:
    """Make the calls, the plain one first. run: a word that no earlier run had. now: seconds since 1970."""
    asha = User(user_id="1", user_name="asha", full_name="Asha Rao", language_code="en", auth_id="asha")
    call = Call(
        call_no=1,
        bot="",
        node=node,
        language="en",
        conversation_no=1,
        conversation_data={},
        permanent_user_data={},
        entities=_said(entities),
    )
    hindi = replace(call, language="hi", entities=_said(entities, "मुझे {} चाहिए"))
    unknown = replace(call, entities=_said(dict.fromkeys(entities, _NOBODY_KNOWS_IT)))
    nothing = replace(call, entities={})
    plain = payload_of(call, asha)

    def made(name: str, wanted: Wanted, payload: dict[str, Any], *secrets: str) -> Sample:
        body = msgspec.json.encode(payload)
        call_id = f"check-{run}-{name.replace(' ', '-')}"
        return Sample(name, wanted, body, headers_of(body, call_id=call_id, secrets=secrets, now=now))

    signed = made("a signed call", "usable", plain, secret)
    yield signed
    yield made("a call in Hindi", "usable", payload_of(hindi, replace(asha, full_name="आशा राव 🙂")), secret)
    yield made("a key it does not know", "usable", plain | {"a_later_version": {"of": "Botyard"}}, secret)
    yield made("a wrong signature", "refused", plain, f"not {secret}")
    yield made("no signature", "refused", plain)
    yield replace(signed, name="a changed body", wanted="refused", body=signed.body + _CHANGED)
    yield made("a value it does not know", "survived", payload_of(unknown, asha), secret)
    yield made("no value at all", "survived", payload_of(nothing, asha), secret)


def _said(entities: Mapping[str, str], sentence: str = "{}") -> dict[str, tuple[Collected, ...]]:
    return {name: (Collected("message", sentence.format(value), value),) for name, value in entities.items()}
