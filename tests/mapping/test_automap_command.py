"""The command by which two files are matched, in a process of its own as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")
LEFT = "id,name,phone\np1,Acme Paving LLC,303-555-0142\np2,Kibler Masonry,\np3,Nobody Else,\n"
RIGHT = (
    "id,display_name,phone,active\nq1,Acme Paving,(303) 555-0142,true\nq2,Kibler Stone Masonry,,true\nq3,Zebra,,true\n"
)


def automap(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run without any server to reach, and a directory of its own where one would be started."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    environment["SMOOTHX_LOCAL_DIR"] = str(tmp_path / "servers")
    command = [sys.executable, str(ROOT / "manage.py"), "automap", *options]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    (tmp_path / "L.csv").write_text(LEFT, encoding="utf-8")
    (tmp_path / "R.csv").write_text(RIGHT, encoding="utf-8")
    return tmp_path


FILES = ("--left", "L.csv", "--right", "R.csv", "--out", "P.csv")


def test_two_files_become_a_third_without_a_server(lists: Path) -> None:
    done = automap(lists, "--kind", "contacts", *FILES)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 left, 3 right: 1 sure, 1 for a person, 1 without a match, ")
    assert (lists / "P.csv").read_text(encoding="utf-8").splitlines() == [
        "left_id,right_id,score,band,reasons",
        'p1,q1,0.97,sure,"Same name but for legal form and punctuation, same phone"',
        "p2,q2,0.83,suggest,Extra word “Stone”",
    ]
    assert sorted(path.name for path in lists.iterdir()) == ["L.csv", "P.csv", "R.csv"]


def test_equal_codes_come_first_when_asked(tmp_path: Path) -> None:
    (tmp_path / "L.csv").write_text("id,code,name\n1,03-300,Concrete\n", encoding="utf-8")
    (tmp_path / "R.csv").write_text("id,type,name\n7,Item,03-300 Toilet partitions\n", encoding="utf-8")
    assert automap(tmp_path, "--kind", "cost_codes", *FILES).returncode == 0
    assert ",sure," not in (tmp_path / "P.csv").read_text(encoding="utf-8")
    assert automap(tmp_path, "--kind", "cost_codes", *FILES, "--codes-first").returncode == 0
    assert "1,7,1.00,sure," in (tmp_path / "P.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,fax\n1,2\n", "CommandError: L.csv has no column name."),
        ("id,name\n1,a\n1,b\n", "CommandError: L.csv, line 3: the id 1 is on line 2 already."),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(lists: Path, content: str, message: str) -> None:
    (lists / "L.csv").write_text(content, encoding="utf-8")
    done = automap(lists, "--kind", "contacts", *FILES)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message)
    assert not (lists / "P.csv").exists()


def test_the_lists_themselves_are_not_overwritten(lists: Path) -> None:
    done = automap(lists, "--kind", "contacts", "--left", "L.csv", "--right", "R.csv", "--out", "./L.csv")
    assert done.returncode == 1
    assert "--out names one of the two lists" in done.stderr
    assert (lists / "L.csv").read_text(encoding="utf-8") == LEFT
