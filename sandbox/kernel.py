"""The few calls of the Linux kernel that Python has no names for; each raises ``OSError`` like Python's own."""

import ctypes
import os
from enum import IntFlag

NO_SETUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8  # flags of a mount
PARENT_DEATH_SIGNAL, SECCOMP, NO_NEW_PRIVILEGES = 1, 22, 38  # options of prctl
SECCOMP_FILTER = 2
CAPABILITY_VERSION = 0x20080522
INSTRUCTION_BYTES = 8  # of a packet filter

_LIBC = ctypes.CDLL(None, use_errno=True)
_OF_THIS_PROCESS, _NONE = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()


class Namespace(IntFlag):
    MOUNTS = 0x00020000
    USERS = 0x10000000
    PROCESSES = 0x20000000  # of the children to come


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def unshare(namespaces: Namespace) -> None:
    """Leave the namespaces that this process shares with its parent."""
    _checked(_LIBC.unshare(int(namespaces)), "unshare")


def enter(descriptor: int, namespace: Namespace) -> None:
    """Go (back) into a namespace, given as an open file of /proc/PID/ns."""
    _checked(_LIBC.setns(descriptor, int(namespace)), "setns")


def mount(kind: str, target: str, options: str = "") -> None:
    """Mount a new file system of the kernel's own; nothing on it is a program or a device."""
    flags = ctypes.c_ulong(NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    _checked(_LIBC.mount(kind.encode(), target.encode(), kind.encode(), flags, options.encode()), f"mount {target}")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send the signal when the parent (its thread, strictly) ends."""
    _prctl(PARENT_DEATH_SIGNAL, signal_number)


def drop_capabilities() -> None:
    """Give up whatever a process may do beyond its files' permissions; no program started later gets it back."""
    _prctl(NO_NEW_PRIVILEGES, 1)
    _checked(_LIBC.capset(_OF_THIS_PROCESS, _NONE), "capset")


def filter_system_calls(instructions: bytes) -> None:
    """Put a compiled filter on this process and all that it starts; it cannot be taken off."""
    _prctl(NO_NEW_PRIVILEGES, 1)
    program = _Program(len(instructions) // INSTRUCTION_BYTES, instructions)
    _prctl(SECCOMP, SECCOMP_FILTER, ctypes.addressof(program))


def _prctl(option: int, *values: int) -> None:
    four = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _checked(_LIBC.prctl(option, *four), f"prctl {option}")


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
