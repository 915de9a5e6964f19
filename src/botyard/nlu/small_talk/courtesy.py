"""One thing people say to a bot that is no business of its nodes."""

from typing import TypeAlias

from msgspec import Struct

CourtesyName: TypeAlias = str
Personality: TypeAlias = str  # bot/model.py has the list


class Courtesy(Struct, frozen=True):
    """What people say, and what the bot answers: one line each, of answers one is chosen by chance."""

    name: CourtesyName
    says: tuple[str, ...]
    replies: dict[Personality, tuple[str, ...]]


def courtesy(name: CourtesyName, says: str, *, generic: str, formal: str, casual: str, funny: str) -> Courtesy:
    """Write one down; sentences stand between bars."""
    replies: dict[Personality, str] = {"generic": generic, "formal": formal, "casual": casual, "funny": funny}
    return Courtesy(name, _parted(says), {personality: _parted(said) for personality, said in replies.items()})


def _parted(sentences: str) -> tuple[str, ...]:
    return tuple(" ".join(sentence.split()) for sentence in sentences.split("|"))
