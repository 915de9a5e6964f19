"""The policy as values: policy.toml, read and checked once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct


@cache
def policy() -> "Policy":
    """Read the policy that ships with Botyard. A mistake in it is ours, and stops the start."""
    text = Path(__file__).with_name("policy.toml").read_text()
    return msgspec.convert(tomllib.loads(text), Policy)


class Seen(Struct, frozen=True, forbid_unknown_fields=True):
    """What of the host a jail sees."""

    folders: tuple[str, ...]
    links: tuple[str, ...]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """A limit that a bot may set for itself, up to `most`."""

    usual: int
    most: int

    def of(self, wanted: float | None) -> float:
        """Take what is wanted as far as it is allowed."""
        return min(wanted, self.most) if wanted and wanted > 0 else self.usual


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """How much custom code may use; policy.toml says of each what it is. Units stand in the names."""

    timeout_s: Choice
    memory_mb: Choice
    load_s: float
    threads: int
    open_files: int
    signals: int
    file_mb: int
    tmp_mb: int
    tmp_files: int
    event_kb: int
    result_kb: int
    log_kb: int
    output_kb: int
    workers: int
    queue_s: float
    recycle_share: float
    idle_worker_s: float
    idle_jail_s: float


class Refused(Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that fail, or with `none` do nothing. zygote: process 1 may make them, workers may not."""

    why: str
    calls: tuple[str, ...]
    errno: Literal["EPERM", "ENOSYS", "none"] = "EPERM"
    zygote: bool = False


class Only(Struct, frozen=True, forbid_unknown_fields=True):
    """One condition on one argument of a call, after `mask`; the call fails where it does not hold."""

    call: str
    why: str
    argument: int
    mask: int = 0xFFFFFFFF
    one_of: tuple[int | Literal["own pid"], ...] = ()
    none_of: tuple[int, ...] = ()
    all_bits: int = 0
    no_bits: int = 0
    zygote: bool = False


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    seen: Seen
    environment: dict[str, str]
    limits: Limits
    refused: tuple[Refused, ...]
    only: tuple[Only, ...]
