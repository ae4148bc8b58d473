"""What mapping tells those above it, and when."""

from __future__ import annotations

from typing import Any

from mapping.signals import SENT_AT_ONCE, announce, mapping_changed


def test_many_subjects_are_told_in_parts_each_once(scope: Any, django_capture_on_commit_callbacks: Any) -> None:
    """Whoever hears of them locks each one, and PostgreSQL runs out of locks at some thousands in a transaction."""
    heard: list[list[str]] = []

    def hear(subjects: list[str], **_: Any) -> None:
        heard.append(subjects)

    subjects = [f"link:vendor:{number}" for number in range(2 * SENT_AT_ONCE + 1)]
    mapping_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            announce([*subjects, subjects[0]])
            assert heard == []
    finally:
        mapping_changed.disconnect(hear)
    assert [len(part) for part in heard] == [SENT_AT_ONCE, SENT_AT_ONCE, 1]
    assert [subject for part in heard for subject in part] == subjects
