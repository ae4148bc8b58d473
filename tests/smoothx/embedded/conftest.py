"""Local directories for the embedded servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.smoothx.embedded.users import becomes, find_processes, using


def _make_parent() -> Path:
    # pytest's own directories admit only their owner, and PostgreSQL runs as somebody else when we are root.
    parent = Path(tempfile.mkdtemp(prefix="smx-", dir="/tmp"))
    parent.chmod(0o755)
    return parent


@pytest.fixture
def local_dir() -> Iterator[Path]:
    """A path where no local directory is yet. Nothing may run there in the end."""
    parent = _make_parent()
    yield parent / "local"
    assert becomes(lambda: find_processes(parent) == []), find_processes(parent)
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A local directory whose database has been made already: making one takes most of a test's time."""
    parent = _make_parent()
    with using(parent / "local", want_redis=False):
        pass
    yield parent / "local"
    shutil.rmtree(parent)


@pytest.fixture
def made_dir(made_once: Path) -> Iterator[Path]:
    yield made_once
    assert becomes(lambda: find_processes(made_once) == []), find_processes(made_once)
