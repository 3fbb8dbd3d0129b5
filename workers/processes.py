"""Names of worker processes, from which others on this machine see that one is dead."""

import os
import socket
from functools import cache
from pathlib import Path
from typing import Final

from domain.ids import new_id

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE: Final = Path("/proc/self/ns/pid")


def name_process() -> str:
    """This process's name: its machine, its process id, and a part that never comes again."""
    return f"{_machine() or socket.gethostname()}:{os.getpid()}:{new_id()[-8:]}"


def is_surely_dead(name: str) -> bool:
    """True when a process of that name ran on this machine and is gone.

    Anything else is only told by its lease: another machine, another container, or a
    process id that was given out anew.
    """
    machine, _, rest = name.partition(":")
    if machine != _machine():
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


@cache
def _machine() -> str | None:
    """This boot of this kernel, and the process ids that we share with others in it."""
    try:
        boot = BOOT.read_text().strip()
        return f"{boot}-{NAMESPACE.stat().st_ino}"
    except OSError:
        return None
