"""What a child gives up before it sees a stranger's byte.

The order matters: the network first, because the kernel forgets the death signal when a process changes its
credentials, and new namespaces change them; then the imports; then memory, files and capabilities.
Linux has all of it. Elsewhere the resource limits hold, and a child ends when its socket does.
"""

import ctypes
import math
import resource
import sys
from pathlib import Path

from forecourt.children.serving import MOST_JOBS

# linux/prctl.h, linux/sched.h, linux/capability.h
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522

_ON_LINUX = sys.platform == "linux"
_OPEN_FILES = MOST_JOBS + 8  # the files of a question; the socket, three standard streams, a module imported late


def leave_network() -> None:
    """Move to a network namespace with nothing in it, where the kernel lets us; elsewhere the network stays."""
    if not _ON_LINUX:
        return
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def shrink(memory_bytes: int) -> None:
    """No new privileges, no capabilities, no written file, no core dump, few descriptors, `memory_bytes` more memory.

    Memory is counted on top of what the process has mapped by now: the libraries' own share is not the task's.
    """
    if _ON_LINUX:
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        libc.capset(header, (ctypes.c_uint32 * 6)())
        mapped_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, mapped_pages * resource.getpagesize() + memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)


def allow_cpu(seconds: int) -> None:
    """Give the next job `seconds` of processor time; the kernel ends the process at the first one more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY or hard > limit:
        resource.setrlimit(kind, (limit, limit))
