"""The keeper's files in the local directory, and the lock that admits one keeper at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

SOCKET_NAME = "keeper"


def keeper_dir(local_dir: Path) -> Path:
    """The keeper's own directory: its lock, its socket, the pids and Valkey's password."""
    return local_dir / "keeper"


def socket_link(local_dir: Path) -> Path:
    """The directory of the keeper's socket, or a link to it where its path would be too long."""
    return keeper_dir(local_dir) / "run"


def lock_keeper(local_dir: Path) -> int | None:
    """An open file that makes its holder the only keeper until it is closed; None while there is another."""
    lock = os.open(keeper_dir(local_dir) / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
