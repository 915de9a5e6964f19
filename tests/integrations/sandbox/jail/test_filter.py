"""The filter for the kernel, run here instruction by instruction, for both machines."""

import ctypes
import ctypes.util
import struct
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.seccomp import ALLOW, KILL_PROCESS, Filter, NoFilter, assemble
from botyard.integrations.sandbox.jail.syscalls import HIGHEST_KNOWN, MACHINES, NUMBERS

_EPERM, _ENOSYS, _UNDONE = 0x00050001, 0x00050026, 0x00050000
_PID = 4242


def answer(
    filter_: Filter, machine: str, number: int, arguments: tuple[int, ...] = (), *, audit: int | None = None
) -> int:
    """Run a filter as the kernel does, and tell its answer."""
    arguments = (*arguments, *(0,) * 6)[:6]
    data = struct.pack("<IIQ6Q", number, audit or MACHINES[machine].audit, 0, *arguments)
    program = bytearray(filter_.program)
    for place in filter_.own_pid_at:
        struct.pack_into("<I", program, place, _PID)
    steps = list(struct.iter_unpack("<HBBI", program))
    held = at = 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        match code:
            case 0x20:
                held = struct.unpack_from("<I", data, value)[0]
            case 0x54:
                held &= value
            case 0x06:
                return int(value)
            case 0x15:
                at += yes if held == value else no
            case 0x25:
                at += yes if held > value else no
            case 0x45:
                at += yes if held & value else no
            case _:
                raise AssertionError(code)


def numbers(machine: str) -> Mapping[str, int]:
    """List the calls that a machine has."""
    column = MACHINES[machine].column
    return {call: found[column] for call, found in NUMBERS.items() if found[column] is not None}  # type: ignore[misc]  # the None are left out


@pytest.mark.parametrize("machine", MACHINES)
def test_a_worker_may_not_make_any_call_of_the_policys_lists(machine: str) -> None:
    """Each is answered as its group says; the zygote may make what its groups spare it, and nothing more."""
    strict, base = (assemble(policy(), machine, zygote=zygote) for zygote in (False, True))
    there = numbers(machine)
    for group in policy().refused:
        refusal = {"EPERM": _EPERM, "ENOSYS": _ENOSYS, "none": _UNDONE}[group.errno]
        for call in set(group.calls) & set(there):
            assert answer(strict, machine, there[call]) == refusal, call
            assert answer(base, machine, there[call]) == (ALLOW if group.zygote else refusal), call


@pytest.mark.parametrize("machine", MACHINES)
@given(number=st.integers(0, 2**32 - 1))
def test_a_call_is_allowed_only_if_it_is_known_and_not_refused(machine: str, number: int) -> None:
    """Whatever the number: above the table there is nothing, below it what the policy does not name."""
    filter_ = assemble(policy(), machine, zygote=False)
    named = {call for group in policy().refused for call in group.calls} | {rule.call for rule in policy().only}
    refused = {n for call, n in numbers(machine).items() if call in named}
    if number > HIGHEST_KNOWN:
        assert answer(filter_, machine, number) == _ENOSYS
    elif number not in refused:
        assert answer(filter_, machine, number) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(first=st.integers(0, 2**64 - 1), second=st.integers(0, 2**64 - 1), third=st.integers(0, 2**64 - 1))
def test_sockets_are_internet_sockets(machine: str, first: int, second: int, third: int) -> None:
    """Judged by the low 32 bits, as the kernel takes them."""
    family, kind, protocol = (value & 0xFFFFFFFF for value in (first, second, third))
    allowed = family in (2, 10) and kind & 0xF in (1, 2) and protocol in (0, 6, 17)
    filter_ = assemble(policy(), machine, zygote=False)
    got = answer(filter_, machine, numbers(machine)["socket"], (first, second, third))
    assert got == (ALLOW if allowed else _EPERM)


@pytest.mark.parametrize("machine", MACHINES)
@given(target=st.one_of(st.just(_PID), st.just(2**64 - 1), st.integers(0, 2**64 - 1)))
def test_signals_go_to_oneself(machine: str, target: int) -> None:
    """With any other process id, kill and tgkill are refused: 0 and -1, which mean many, too."""
    filter_ = assemble(policy(), machine, zygote=False)
    for call in ("kill", "tgkill"):
        got = answer(filter_, machine, numbers(machine)[call], (target, 9))
        assert got == (ALLOW if target & 0xFFFFFFFF == _PID else _EPERM)


@pytest.mark.parametrize("machine", MACHINES)
@given(flags=st.integers(0, 2**32 - 1))
def test_only_threads_are_cloned(machine: str, flags: int) -> None:
    """With CLONE_THREAD, and with none of the flags that make a namespace."""
    allowed = bool(flags & 0x10000) and not flags & 0x7E020000
    got = answer(assemble(policy(), machine, zygote=False), machine, numbers(machine)["clone"], (flags,))
    assert got == (ALLOW if allowed else _EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_another_machines_calls_are_the_end(machine: str) -> None:
    """32-bit calls on a 64-bit kernel mean something else."""
    assert answer(assemble(policy(), machine, zygote=True), machine, 20, audit=0x40000003) == KILL_PROCESS


def test_a_machine_without_a_table_has_no_filter() -> None:
    """It is said, and custom code does not run there."""
    with pytest.raises(NoFilter, match="no system call filter for riscv64"):
        assemble(policy(), "riscv64", zygote=False)


def test_the_table_agrees_with_libseccomp() -> None:
    """Each number, for each machine, is what an independent table says."""
    found = ctypes.util.find_library("seccomp")
    if found is None:
        pytest.skip("NOT COMPARED: there is no libseccomp on this machine")
    resolve = ctypes.CDLL(found).seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    for call, known in NUMBERS.items():
        for machine in MACHINES.values():
            theirs = resolve(machine.audit, call.encode())
            assert known[machine.column] == (theirs if theirs >= 0 else None), call
