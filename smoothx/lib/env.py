"""Reading the environment strictly: a wrong value stops the process, a secret may live in a file.

Every name is also looked up as NAME_FILE, the path of a file that holds the value (container secrets).
"""

from __future__ import annotations

import os
from pathlib import Path


class BadSetting(Exception):
    """An environment variable holds something that cannot be used."""


def env_text(name: str, default: str = "") -> str:
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"{name}_FILE names {path}, which cannot be read: {error.strerror}"
            raise BadSetting(message) from error
        except UnicodeDecodeError as error:
            message = f"{name}_FILE names {path}, which is not text"
            raise BadSetting(message) from error
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool) -> bool:
    text = env_text(name, str(default)).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    message = f"{name} must be True or False, not {text!r}"
    raise BadSetting(message)


def env_number(name: str, default: int) -> int:
    text = env_text(name, str(default))
    try:
        return int(text)
    except ValueError as error:
        message = f"{name} must be a whole number, not {text!r}"
        raise BadSetting(message) from error


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]
