"""Which system calls a task may make: a list of the allowed, compiled by libseccomp into a filter for the kernel.

Everything else is answered with ENOSYS, as by a kernel that does not know the call: libraries then take an older way or
give up with an error, and a new kernel's new calls are refused until somebody adds them here. So there are no sockets
but those already open, no namespaces, mounts, tracing, key rings, BPF, io_uring, perf events, other users' faults,
nor any way to change limits or leave the process group.
"""

import ctypes
import errno
import os
from dataclasses import dataclass

LIBRARY = "libseccomp.so.2"
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.ENOSYS, 0x80000000
ON_OTHER_MACHINE, OPTIMISE, BY_TREE = 2, 8, 2
EQUAL_UNDER_MASK = 7
UINT32 = 0xFFFFFFFF
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag that clone takes
TERMINAL_AND_FLAGS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX

MEMORY = "brk mmap munmap mprotect mremap madvise msync mincore membarrier"
FILES = """
open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
lseek dup dup2 dup3 fcntl flock fsync fdatasync ftruncate truncate fallocate fadvise64 readahead copy_file_range
sendfile pipe pipe2 stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getdents getdents64
getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
readlink readlinkat chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat umask
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
"""
WAITING = """
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2
futex futex_waitv set_robust_list get_robust_list nanosleep clock_nanosleep alarm setitimer getitimer pause
restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
"""
PROCESSES = """
fork vfork execve exit exit_group wait4 waitid kill tgkill tkill set_tid_address rseq arch_prctl prctl
getpid getppid gettid getpgrp getpgid getsid getuid geteuid getgid getegid getresuid getresgid getgroups capget
sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler sched_get_priority_max
sched_get_priority_min getpriority setpriority getrusage getrlimit
"""
MACHINE = "uname sysinfo getrandom getcpu clock_gettime clock_getres gettimeofday time times"
TALK = "recvfrom shutdown getsockname getpeername getsockopt"  # on the socket that is open already


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


@dataclass(frozen=True)
class _Rule:
    """A call allowed only where one of its arguments, under the mask, has this value."""

    call: str
    argument: int
    mask: int
    value: int


CONDITIONS = (
    _Rule("clone", 0, NEW_NAMESPACES, 0),
    _Rule("prlimit64", 2, UINT32 << 32 | UINT32, 0),  # look, but do not set
    _Rule("sendto", 4, UINT32 << 32 | UINT32, 0),  # to the other end, no address
    *(_Rule("ioctl", 1, UINT32, request) for request in TERMINAL_AND_FLAGS),
)


def compiled() -> bytes:
    """Return the filter as instructions for the kernel. Raises ``OSError`` where libseccomp is missing or old."""
    library = ctypes.CDLL(LIBRARY, use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(REFUSE)))
    try:
        _done(library.seccomp_attr_set(context, ON_OTHER_MACHINE, ctypes.c_uint32(KILL)))
        _done(library.seccomp_attr_set(context, OPTIMISE, ctypes.c_uint32(BY_TREE)))
        for name in f"{MEMORY} {FILES} {WAITING} {PROCESSES} {MACHINE} {TALK}".split():
            _allow(library, context, name)
        for rule in CONDITIONS:
            operation = _Comparison(rule.argument, EQUAL_UNDER_MASK, rule.mask, rule.value)
            _allow(library, context, rule.call, operation)
        return _exported(library, context)
    finally:
        library.seccomp_release(context)


def _allow(library: ctypes.CDLL, context: ctypes.c_void_p, name: str, *conditions: _Comparison) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number < 0:  # this machine has no such call, or the library is older than the call: it stays refused
        return
    array = (_Comparison * len(conditions))(*conditions)
    _done(library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), ctypes.c_int(number), len(conditions), array))


def _exported(library: ctypes.CDLL, context: ctypes.c_void_p) -> bytes:
    descriptor = os.memfd_create("filter")
    try:
        _done(library.seccomp_export_bpf(context, descriptor))
        os.lseek(descriptor, 0, os.SEEK_SET)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read()
    finally:
        os.close(descriptor)


def _done(result: int) -> None:
    if result < 0:
        raise OSError(-result, f"libseccomp: {os.strerror(-result)}")
