"""The policy's system calls as a program for the kernel's filter (classic BPF), for this machine or another.

A program reads the call's number and arguments and answers ALLOW, an errno, or the end of the process. It is written
out here by hand, eight bytes an instruction, for the reasons in docs/decisions/0009-sandbox.md. A jump says how many
instructions to skip; every block below ends in an answer or falls through to the next block with nothing assumed.
"""

import struct
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.jail.policy import Only, Policy
from botyard.integrations.sandbox.jail.syscalls import HIGHEST_KNOWN, MACHINES, NUMBERS, Machine


def assemble(policy: Policy, machine_name: str, *, zygote: bool) -> "Filter":
    """Write the filter for process 1 of a jail, or the stricter one for its workers.

    machine_name: as `os.uname().machine`. Raises NoFilter.
    """
    machine = MACHINES.get(machine_name)
    if machine is None:
        raise NoFilter(machine_name)
    program = [*_opening(machine)]
    for group in policy.refused:
        if not (zygote and group.zygote):
            for call in group.calls:
                program += _refusal(_number(call, machine), _ERRNO[group.errno])
    for rule in policy.only:
        if not (zygote and rule.zygote):
            program += _condition(_number(rule.call, machine), rule)
    program.append(_answer(ALLOW))
    places = tuple(n * _STEP.size + _VALUE_AT for n, step in enumerate(program) if step[3] is OWN_PID)
    return Filter(b"".join(_STEP.pack(*step[:3], step[3] or 0) for step in program), places)


class Filter(Struct, frozen=True):
    """A filter. own_pid_at: offsets of 32-bit words where a worker writes its process id before it is in force."""

    program: bytes
    own_pid_at: tuple[int, ...] = ()


class NoFilter(BotyardError):
    """There are no system call numbers for this kind of machine."""

    code = "no_filter"

    def __init__(self, machine: str) -> None:
        known = ", ".join(MACHINES)
        super().__init__(f"custom code runs on {known}; there is no system call filter for {machine}", machine=machine)


Step: TypeAlias = tuple[int, int, int, int | None]  # code, skip if true, skip if false, value; None: own pid

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_FAIL = 0x00050000
OWN_PID = None
_ERRNO = {"none": 0, "EPERM": 1, "ENOSYS": 38}  # the same numbers on both machines

_STEP = struct.Struct("<HBBI")
_VALUE_AT = 4
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _GREATER, _ANY_BIT = 0x15, 0x25, 0x45
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16


def _opening(machine: Machine) -> Iterator[Step]:
    """Another machine's calls (32-bit ones on a 64-bit kernel) mean something else under the same numbers."""
    yield (_LOAD, 0, 0, _MACHINE_AT)
    yield (_EQUAL, 1, 0, machine.audit)
    yield _answer(KILL_PROCESS)
    yield (_LOAD, 0, 0, _NUMBER_AT)
    yield (_GREATER, 0, 1, HIGHEST_KNOWN)  # the x32 numbers too
    yield _answer(_FAIL | _ERRNO["ENOSYS"])


def _refusal(number: int | None, errno: int) -> Iterator[Step]:
    if number is not None:
        yield (_EQUAL, 0, 1, number)
        yield _answer(_FAIL | errno)


def _condition(number: int | None, rule: Only) -> Iterator[Step]:
    """Refuse unless the argument is right. The kernel takes the arguments we look at as 32 bits: so do we."""
    if number is None:
        return
    load: Step = (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * rule.argument)
    tests = [load, (_AND, 0, 0, rule.mask), *_tests(rule)]
    yield (_EQUAL, 0, len(tests), number)
    yield from tests
    yield (_LOAD, 0, 0, _NUMBER_AT)


def _tests(rule: Only) -> Iterator[Step]:
    refuse = _answer(_FAIL | _ERRNO["EPERM"])
    for value in rule.none_of:
        yield from ((_EQUAL, 0, 1, value), refuse)
    if rule.no_bits:
        yield from ((_ANY_BIT, 0, 1, rule.no_bits), refuse)
    for bit in (1 << place for place in range(32) if rule.all_bits >> place & 1):
        yield from ((_ANY_BIT, 1, 0, bit), refuse)
    for place, allowed in enumerate(rule.one_of):
        wanted = OWN_PID if isinstance(allowed, str) else allowed
        yield (_EQUAL, len(rule.one_of) - place, 0, wanted)
    if rule.one_of:
        yield refuse


def _answer(value: int) -> Step:
    return (_RETURN, 0, 0, value)


def _number(call: str, machine: Machine) -> int | None:
    """Raises KeyError for a call that the table lacks: a policy must never be weaker than it reads."""
    return NUMBERS[call][machine.column]
