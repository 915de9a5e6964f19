"""API functions: what a node may call in process, each a type whose fields are its arguments, all in one list."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from botyard.bot.model import Function
from botyard.engine.happenings import Flushes, HandsOver, IntegrationAnswer, Unusable


def run_function(function: Function) -> IntegrationAnswer:
    """Run what a node names, with the arguments its builder wrote."""
    kind = FUNCTIONS.get(function.name)
    if kind is None:
        known = ", ".join(FUNCTIONS)
        return Unusable("no_such_function", f"there is no function of this name; there are {known}")
    try:
        return msgspec.convert(function.arguments, kind).answer()
    except msgspec.ValidationError as wrong:
        return Unusable("bad_arguments", f"the arguments of {function.name} do not fit: {wrong}")


def known_functions() -> Mapping[str, type["ApiFunction"]]:
    """List what a node may name, by name; the fields of each type are the arguments it takes."""
    return FUNCTIONS


class ApiFunction(Struct, frozen=True, forbid_unknown_fields=True):
    """One function with its arguments. To add one: write it below and name it in FUNCTIONS."""

    def answer(self) -> IntegrationAnswer:
        """Do it, and say what it means for the turn. May not wait for anything."""
        raise NotImplementedError


class ChatForcePending(ApiFunction, frozen=True):
    """Hand the chat to agents (platform §2.8). team: None or blank is the business's default team."""

    team: str | None = None

    def answer(self) -> IntegrationAnswer:
        """Ask for an agent."""
        return HandsOver(self.team or None)


class EntityFlusher(ApiFunction, frozen=True):
    """Forget every entity collected so far (platform §2.8). keep: entities that are not forgotten."""

    keep: tuple[str, ...] = ("person_name", "city")  # the documented default

    def answer(self) -> IntegrationAnswer:
        """Ask to forget."""
        return Flushes(self.keep)


FUNCTIONS: Mapping[str, type[ApiFunction]] = {
    "chat_force_pending": ChatForcePending,
    "entity_flusher": EntityFlusher,
}
