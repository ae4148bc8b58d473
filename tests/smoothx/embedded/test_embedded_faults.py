"""The embedded servers when something was killed, left over or half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import redis

from tests.smoothx.embedded.users import (
    User,
    ask,
    becomes,
    find_processes,
    is_gone,
    recorded_pid,
    replaced,
    using,
)


def test_killing_the_only_user_stops_the_servers(made_dir: Path) -> None:
    user = User(made_dir)
    user.answer()
    pids = [recorded_pid(made_dir, name) for name in ("postgres", "valkey")]
    user.kill()
    assert becomes(lambda: all(is_gone(pid) for pid in pids))
    assert becomes(lambda: find_processes(made_dir) == [])


def test_a_user_that_meets_a_stopping_keeper_gets_fresh_servers(made_dir: Path) -> None:
    user = User(made_dir)
    user.answer()
    for _ in range(4):
        user.kill()
        user = User(made_dir)
        answer = user.answer()
        assert ask(answer["database"], "SELECT 1") == [(1,)]
        assert redis.Redis.from_url(answer["redis"]).ping() is True
    user.leave()


def test_killing_the_keeper_leaves_no_server_in_the_way(made_dir: Path) -> None:
    user = User(made_dir)
    before = user.answer()
    postgres, valkey = (recorded_pid(made_dir, name) for name in ("postgres", "valkey"))
    keeper = psutil.Process(postgres).parent()
    assert keeper is not None
    keeper.kill()
    with using(made_dir) as answer:
        assert ask(answer["database"], "SELECT 1") == [(1,)]
        assert is_gone(postgres)
        assert is_gone(valkey)
        assert answer["redis"] != before["redis"]
    user.leave()


def test_a_crashed_server_is_started_again_at_the_same_url(made_dir: Path) -> None:
    with using(made_dir) as before:
        for name in ("postgres", "valkey"):
            os.kill(recorded_pid(made_dir, name), signal.SIGKILL)
        with using(made_dir) as after:
            assert after == before
            assert ask(after["database"], "SELECT 1") == [(1,)]
            assert redis.Redis.from_url(after["redis"]).ping() is True


def test_a_program_that_got_the_old_pid_is_left_alone(made_dir: Path) -> None:
    # Under the data's owner: PostgreSQL itself takes only such a process for a running server.
    owner = (made_dir / "postgres").stat().st_uid
    stranger = subprocess.Popen(["sleep", "600"], user=owner if os.geteuid() == 0 else None)
    try:
        lock = [stranger.pid, made_dir / "postgres", 1_700_000_000, 54018, made_dir / "postgres-run", "", "0 0"]
        text = "\n".join(map(str, [*lock, "ready", ""]))
        (made_dir / "postgres" / "postmaster.pid").write_text(text)
        for name in ("postgres", "valkey"):
            record = {"pid": stranger.pid, "identity": "another boot 12345"}
            (made_dir / "keeper" / f"{name}.pid").write_text(json.dumps(record))
        (made_dir / "postgres-run" / ".s.PGSQL.54018.lock").write_text(text)
        (made_dir / "postgres-run" / ".s.PGSQL.54018").touch()
        with using(made_dir) as answer:
            assert ask(answer["database"], "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stale_files_of_a_dead_server(made_dir: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    lock = f"{dead.pid}\n{made_dir}/postgres\n1700000000\n54018\n{made_dir}/postgres-run\n\n0 0\nready\n"
    (made_dir / "postgres" / "postmaster.pid").write_text(lock)
    (made_dir / "keeper" / "postgres.pid").write_text("{half a rec")
    (made_dir / "keeper" / "run" / "keeper").touch()
    with using(made_dir) as answer:
        assert ask(answer["database"], "SELECT 1") == [(1,)]


def test_an_interrupted_first_start_is_begun_again(local_dir: Path) -> None:
    user = User(local_dir, want_redis=False)
    assert becomes(lambda: any(local_dir.glob("postgres.new-*/base")))
    keeper = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[-2:] == ["smoothx.embedded.keeper", str(local_dir)]
    )
    keeper.kill()
    assert "ended while starting" in user.answer()["error"]
    user.leave()
    assert not (local_dir / "postgres").exists()
    with using(local_dir, want_redis=False) as answer:
        assert len(answer["said"]) == 1
        assert ask(answer["database"], "SELECT 1") == [(1,)]
        assert list(local_dir.glob("postgres.new-*")) == []


def test_data_of_another_version_is_refused(made_dir: Path) -> None:
    version = made_dir / "postgres" / "PG_VERSION"
    with replaced(version, "17\n"), using(made_dir, want_redis=False) as answer:
        assert answer["error"] == f"{made_dir}/postgres was made by PostgreSQL 17. Delete it to start afresh."


def test_a_server_that_cannot_start_shows_its_log(made_dir: Path) -> None:
    settings = made_dir / "postgres" / "postgresql.conf"
    with replaced(settings, "no_such_setting = 1\n"), using(made_dir, want_redis=False) as answer:
        assert answer["error"].startswith(f"PostgreSQL did not start. The end of {made_dir}/log/postgres.log:\n")
        assert 'unrecognized configuration parameter "no_such_setting"' in answer["error"]
