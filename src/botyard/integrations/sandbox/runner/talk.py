"""What platform and runner say to each other; answers by the call's number."""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer


class Keep(Struct, frozen=True, tag="keep"):
    """Code that calls will name by its key."""

    source: Source


class Run(Struct, frozen=True, tag="run"):
    """Run the code with this key."""

    number: int
    key: str
    wanted: Wanted


class Examine(Struct, frozen=True, tag="examine"):
    """Say how the runner is."""

    number: int


class Ran(Struct, frozen=True, tag="ran"):
    """A call's answer. None: the runner does not know the key, and nothing was begun."""

    number: int
    answer: CodeAnswer | None


class Examined(Struct, frozen=True, tag="examined"):
    """How the runner is."""

    number: int
    health: Health


Asked: TypeAlias = Keep | Run | Examine
Said: TypeAlias = Ran | Examined

read_asked = msgspec.json.Decoder(Asked).decode
read_said = msgspec.json.Decoder(Said).decode
