"""What a check found: in words for who runs the installation, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`level`: "wrong" needs somebody, "note" is told and no fault. `mend` is what `doctor --apply` may do about it:
    only ever to mark work as due. `tenant` is None for what concerns the installation."""

    code: str
    text: str
    fix: str
    level: Literal["wrong", "note"] = "wrong"
    tenant: int | None = None
    mend: Callable[[], None] | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, str | int | bool | None]:
        return {
            "code": self.code,
            "level": self.level,
            "tenant": self.tenant,
            "text": self.text,
            "fix": self.fix,
            "can_be_mended": self.mend is not None,
        }
