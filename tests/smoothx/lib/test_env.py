"""The environment, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoothx.lib.env import BadSetting, env_flag, env_list, env_number, env_text

NAME = "SMOOTHX_TEST_SETTING"


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (NAME, f"{NAME}_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_text_or_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_text(NAME) == ""
    assert env_text(NAME, "usual") == "usual"
    monkeypatch.setenv(NAME, "mine")
    assert env_text(NAME, "usual") == "mine"
    monkeypatch.setenv(NAME, "")
    assert env_text(NAME, "usual") == ""


def test_a_file_wins_and_loses_its_last_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n", encoding="utf-8")
    monkeypatch.setenv(NAME, "from the environment")
    monkeypatch.setenv(f"{NAME}_FILE", str(secret))
    assert env_text(NAME) == "from a file"


def test_an_empty_file_name_names_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "kept")
    monkeypatch.setenv(f"{NAME}_FILE", "")
    assert env_text(NAME) == "kept"


def test_numbers_flags_and_lists_may_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    held = tmp_path / "held"
    monkeypatch.setenv(f"{NAME}_FILE", str(held))
    held.write_text("12\n")
    assert env_number(NAME, 1) == 12
    held.write_text("off\n")
    assert env_flag(NAME, default=True) is False
    held.write_text("one,two\n")
    assert env_list(NAME) == ["one", "two"]


def test_a_file_that_is_not_there_stops_with_both_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    monkeypatch.setenv(f"{NAME}_FILE", str(missing))
    with pytest.raises(BadSetting) as caught:
        env_text(NAME)
    assert str(caught.value) == f"{NAME}_FILE names {missing}, which cannot be read: No such file or directory"


def test_a_file_that_is_not_text_stops(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00key")
    monkeypatch.setenv(f"{NAME}_FILE", str(binary))
    with pytest.raises(BadSetting) as caught:
        env_text(NAME)
    assert str(caught.value) == f"{NAME}_FILE names {binary}, which is not text"


@pytest.mark.parametrize("text", ["1", "true", "True", "YES", " on "])
def test_flags_that_are_on(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    assert env_flag(NAME, default=False) is True


@pytest.mark.parametrize("text", ["0", "false", "False", "NO", " off "])
def test_flags_that_are_off(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    assert env_flag(NAME, default=True) is False


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_not_set(default: bool) -> None:
    assert env_flag(NAME, default=default) is default


@pytest.mark.parametrize("text", ["", "maybe", "2", "Treu"])
def test_a_flag_that_is_neither_stops(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(BadSetting, match=f"^{NAME} must be True or False, not '{text.lower()}'$"):
        env_flag(NAME, default=True)


def test_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_number(NAME, 120) == 120
    monkeypatch.setenv(NAME, " -5 ")
    assert env_number(NAME, 120) == -5


@pytest.mark.parametrize("text", ["", "1.5", "two", "1e3"])
def test_a_number_that_is_none_stops(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(BadSetting, match=f"^{NAME} must be a whole number, not '{text}'$"):
        env_number(NAME, 120)


@pytest.mark.parametrize(
    ("text", "parts"), [("", []), ("one", ["one"]), (" one , two,, ", ["one", "two"]), (",", []), ("a b", ["a b"])]
)
def test_lists(monkeypatch: pytest.MonkeyPatch, text: str, parts: list[str]) -> None:
    monkeypatch.setenv(NAME, text)
    assert env_list(NAME, "usual") == parts
    monkeypatch.delenv(NAME)
    assert env_list(NAME, "usual,other") == ["usual", "other"]
