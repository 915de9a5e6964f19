"""What a simulation is told: how large, how fast, what breaks, and which promise is taken away to see it broken."""

from msgspec import Struct


class Plan(Struct, frozen=True, kw_only=True):
    """One run. Times in seconds.

    rate: messages a second, all together. with_call: the share of turns that call a webhook. turn_cpu: of one turn.
    deaths, hangs: in all; lost_wake_ups: their share. beats, silent, sure, sweeps: as the code has them
    (store/postgres/peers.py). batch: how many conversations one sweep takes.
    has_fence, keeps_calls, sweeps_at_all, buries: each False is a bug that the run must show.
    """

    seed: int = 1
    workers: int = 1000
    conversations: int = 50_000
    seconds: float = 60.0
    rate: float = 4000.0
    with_call: float = 0.5
    turn_cpu: float = 0.0019
    commit: float = 0.001
    call: float = 0.1
    wake_up: float = 0.001
    deaths: int = 1000
    back_after: float = 3.0
    hangs: int = 300
    longest_hang: float = 60.0
    lost_wake_ups: float = 0.01
    beats: float = 2.0
    silent: float = 15.0
    sure: float = 13.0
    sweeps: float = 5.0
    batch: int = 100
    has_fence: bool = True
    keeps_calls: bool = True
    sweeps_at_all: bool = True
    buries: bool = True
