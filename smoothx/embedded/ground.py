"""Where PostgreSQL lives and as whom it runs. It refuses to run as root, so root lends it an account and a place.

An ordinary user's server lives in the local directory. Root's server runs under a user id that nobody else has;
when that id cannot enter the local directory or the wheel (a project below /root, say), data and programs move
to a directory of root's outside, and the local directory keeps a link to it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smoothx.embedded.programs import POSTGRES_VERSION, POSTGRES_WHEEL, ServicesUnavailable, find_postgres_programs

# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero included.
LONGEST_SOCKET_PATH = 103
_SHORT_PREFIX = "smoothx-"
_LINK = "postgres-outside"
_SPARE_IDS = range(59_000, 60_000)
_OUTSIDE = ("/var/lib", "/var/tmp")  # noqa: S108 - the directory's owner is checked before use


@dataclass(frozen=True)
class Account:
    """A user id other than one's own to run a program as; None stands for oneself."""

    user_id: int | None = None

    @property
    def popen_options(self) -> dict[str, Any]:
        """What subprocess needs to start a program under this account."""
        if self.user_id is None:
            return {}
        return {"user": self.user_id, "group": self.user_id, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a directory and all in it to this account."""
        if self.user_id is None:
            return
        for entry in (path, *path.rglob("*")):
            os.chown(entry, self.user_id, self.user_id, follow_symlinks=False)

    def can(self, *command: str | Path) -> bool:
        """Whether the command works under this account: asked of the system, which knows ACLs and mounts."""
        try:
            run = subprocess.run(command, cwd="/", capture_output=True, check=False, **self.popen_options)  # noqa: S603
        except OSError:
            return False
        return run.returncode == 0


@dataclass(frozen=True)
class Ground:
    """What PostgreSQL stands on: `base` holds its data and socket directories, `programs` its programs."""

    base: Path
    programs: Path
    runs_as: Account
    # initdb wants an account with a name, which a spare id has not.
    made_by: Account


def choose_ground(local_dir: Path) -> Ground:
    """Decide as root or as an ordinary user; as root this may create and fill the place outside."""
    programs = find_postgres_programs()
    if os.geteuid() != 0:
        return Ground(local_dir, programs, Account(), Account())
    named = _named_account()
    base = local_dir
    has_data_outside = (local_dir / _LINK / "postgres").is_dir()
    if has_data_outside or not named.can("/bin/sh", "-c", 'cd "$1"', "sh", local_dir):
        base = _claim_outside(local_dir)
    if not named.can(programs / "postgres", "--version"):
        programs = _copy_programs(programs, _claim_outside(local_dir))
    if not named.can(programs / "postgres", "--version"):
        message = "PostgreSQL does not run as root and no other account can run it. Set DATABASE_URL."
        raise ServicesUnavailable(message)
    return Ground(base, programs, _owner_or_spare(base / "postgres"), named)


def _named_account() -> Account:
    for name in ("nobody", "daemon"):
        try:
            return Account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    message = "PostgreSQL does not run as root and there is no account nobody. Set DATABASE_URL."
    raise ServicesUnavailable(message)


def _owner_or_spare(data_dir: Path) -> Account:
    """The account that owns the data already, else an id that no account of this machine has."""
    if data_dir.is_dir() and data_dir.stat().st_uid != 0:
        return Account(data_dir.stat().st_uid)
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return Account(next(number for number in _SPARE_IDS if number not in taken))


def _claim_outside(local_dir: Path) -> Path:
    """Root's directory for this local directory; a new one when the local directory was deleted since."""
    link = local_dir / _LINK
    name = f"smoothx-{hashlib.sha256(os.fsencode(local_dir)).hexdigest()[:12]}"
    for parent in _OUTSIDE:
        outside = Path(parent, name)
        try:
            outside.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        if outside.is_symlink() or outside.stat().st_uid != 0:
            continue
        outside.chmod(0o711)
        if not link.is_symlink():
            _empty(outside)
            link.symlink_to(outside)
        return outside
    message = f"No directory outside {local_dir} that PostgreSQL's account can enter. Set DATABASE_URL."
    raise ServicesUnavailable(message)


def _empty(directory: Path) -> None:
    for entry in directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _copy_programs(programs: Path, outside: Path) -> Path:
    """Copy PostgreSQL from the wheel, with the libraries it expects beside it, readable for all."""
    package = programs.parents[1]
    copy = outside / f"programs-{importlib.metadata.version(POSTGRES_WHEEL)}"
    if not copy.is_dir():
        half = outside / "programs.new"
        shutil.rmtree(half, ignore_errors=True)
        wanted = {f"pginstall{POSTGRES_VERSION}", ".dylibs"}
        for part in (entry for entry in package.iterdir() if entry.name in wanted):
            shutil.copytree(part, half / package.name / part.name, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        for entry in (half, *half.rglob("*")):
            entry.chmod(entry.stat().st_mode | 0o555)
        half.rename(copy)
    return copy / programs.relative_to(package.parent)


def make_socket_dir(path: Path, *, name: str, account: Account) -> Path:
    """A directory only `account` can enter for a socket called `name`: `path`, or a short one it then links to."""
    # A comma would separate two hosts in a connection string.
    fits = len(os.fsencode(path / name)) <= LONGEST_SOCKET_PATH and "," not in str(path)
    if fits:
        path.mkdir(mode=0o700, exist_ok=True)
        directory = path
    else:
        directory = _short_dir(path, account)
    account.own(directory)
    return directory


def drop_socket_dir(path: Path) -> None:
    """Remove the short directory that stands for a long path; a directory at the path itself stays."""
    target = Path(os.path.realpath(path))
    if path.is_symlink() and target.name.startswith(_SHORT_PREFIX):
        shutil.rmtree(target, ignore_errors=True)
        path.unlink()


def _short_dir(link: Path, account: Account) -> Path:
    owner = os.geteuid() if account.user_id is None else account.user_id
    target = Path(os.path.realpath(link))
    if link.is_symlink() and target.is_dir() and target.stat().st_uid == owner:
        return target
    link.unlink(missing_ok=True)
    shared = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()  # noqa: S108 - the name is made random
    directory = Path(tempfile.mkdtemp(prefix=_SHORT_PREFIX, dir=os.path.realpath(shared)))
    link.symlink_to(directory)
    return directory
