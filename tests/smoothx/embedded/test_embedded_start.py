"""The embedded servers, really started: what they are, who shares them and who gets in."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from smoothx.embedded import Services, ServicesUnavailable, ensure_services
from tests.smoothx.embedded.users import (
    User,
    ask,
    bare_environment,
    becomes,
    find_processes,
    is_gone,
    recorded_pid,
    using,
)

VARIABLES = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")


def test_first_start_makes_both_servers_and_says_so(local_dir: Path) -> None:
    with using(local_dir) as answer:
        assert answer["said"] == [f"Starting PostgreSQL in {local_dir}/postgres (first time, a few seconds)"]
        assert ask(answer["database"], "SELECT current_user, current_database()") == [("smoothx", "smoothx")]
        assert ask(answer["database"], "SHOW server_version_num")[0][0].startswith("18")
        assert redis.Redis.from_url(answer["redis"]).ping() is True
        pids = [recorded_pid(local_dir, name) for name in ("postgres", "valkey")]
    assert all(is_gone(pid) for pid in pids)


def test_role_is_bound_by_row_level_security_and_makes_databases(made_dir: Path) -> None:
    with using(made_dir, want_redis=False) as answer:
        url = answer["database"]
        role = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles"
        assert ask(url, f"{role} WHERE rolname = 'smoothx'") == [(False, False, False, True, True)]
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'smoothx'"
        assert ask(url, owner) == [("smoothx",)]
        ask(url, "CREATE TABLE jobs (id int)")
        ask(url, "INSERT INTO jobs VALUES (1)")
        assert ask(url, "SELECT * FROM jobs") == [(1,)]
        ask(url, "ALTER TABLE jobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        assert ask(url, "SELECT * FROM jobs") == []
        ask(url, "CREATE DATABASE test_smoothx")
        assert ask(url.replace("/smoothx?", "/test_smoothx?"), "SELECT current_database()") == [("test_smoothx",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(url, "ALTER ROLE smoothx SUPERUSER")


def test_postgres_settings(made_dir: Path) -> None:
    expected = {
        "shared_buffers": "64MB",
        "max_connections": "100",
        "jit": "off",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "server_encoding": "UTF8",
    }
    with using(made_dir, want_redis=False) as answer:
        assert {name: ask(answer["database"], f"SHOW {name}")[0][0] for name in expected} == expected


def test_nobody_else_gets_in(made_dir: Path) -> None:
    with using(made_dir) as answer:
        for name in ("postgres", "postgres-run", "keeper", "log"):
            assert stat.S_IMODE((made_dir / name).stat().st_mode) == 0o700, name
        for name in ("valkey.conf", "valkey.pid", "lock"):
            assert stat.S_IMODE((made_dir / "keeper" / name).stat().st_mode) == 0o600, name
        port = redis.Redis.from_url(answer["redis"]).connection_pool.connection_kwargs["port"]
        assert port != 6379
        for password in (None, "guess"):
            stranger = redis.Redis(port=port, password=password, retry=Retry(NoBackoff(), 0))
            with pytest.raises(redis.AuthenticationError):
                stranger.ping()


def test_valkey_keeps_nothing_on_disk_and_evicts_nothing(local_dir: Path) -> None:
    with using(local_dir, want_database=False) as answer:
        assert answer["database"] == ""
        assert not (local_dir / "postgres").exists()
        client = redis.Redis.from_url(answer["redis"], decode_responses=True)
        assert client.config_get("save", "appendonly", "maxmemory-policy", "bind") == {
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "bind": "127.0.0.1",
        }


def test_joining_is_silent_and_the_last_user_stops_the_servers(made_dir: Path) -> None:
    first = User(made_dir)
    started = first.answer()
    second = User(made_dir)
    joined = second.answer()
    assert joined == {**started, "said": []}
    pids = [recorded_pid(made_dir, name) for name in ("postgres", "valkey")]
    assert first.leave() == 0
    assert not any(is_gone(pid) for pid in pids)
    assert ask(joined["database"], "SELECT 1") == [(1,)]
    assert second.leave() == 0
    assert all(is_gone(pid) for pid in pids)


def test_three_at_once_get_the_same_servers(local_dir: Path) -> None:
    users = [User(local_dir) for _ in range(3)]
    answers = [user.answer() for user in users]
    assert len({(answer["database"], answer["redis"]) for answer in answers}) == 1
    assert sum(len(answer["said"]) for answer in answers) == 1
    # A server's new child shows the server's own command line until it has named itself.
    assert becomes(lambda: sum("bin/postgres -D" in line for line in find_processes(local_dir)) == 1)
    for user in users:
        user.leave()


def test_a_long_path_moves_only_the_sockets(local_dir: Path) -> None:
    deep = local_dir / ("a, long name" * 8)
    with using(deep) as answer:
        assert ask(answer["database"], "SELECT 1") == [(1,)]
        places = [Path(os.readlink(deep / name)) for name in ("postgres-run", "keeper/run")]
        assert [stat.S_IMODE(place.stat().st_mode) for place in places] == [0o700, 0o700]
        assert (deep / "postgres" / "PG_VERSION").is_file()
    assert becomes(lambda: not any(place.exists() for place in places))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server needs another account")
def test_root_below_a_directory_nobody_else_can_enter(local_dir: Path) -> None:
    local_dir.parent.chmod(0o700)
    with using(local_dir, want_redis=False) as answer:
        ask(answer["database"], "CREATE TABLE kept (id int)")
    outside = Path(os.readlink(local_dir / "postgres-outside"))
    try:
        assert stat.S_IMODE(local_dir.parent.stat().st_mode) == 0o700
        assert not (local_dir / "postgres").exists()
        with using(local_dir, want_redis=False) as answer:
            assert answer["said"] == []
            assert ask(answer["database"], "SELECT * FROM kept") == []
        shutil.rmtree(local_dir)
        with using(local_dir, want_redis=False) as answer, pytest.raises(psycopg.errors.UndefinedTable):
            ask(answer["database"], "SELECT * FROM kept")
    finally:
        shutil.rmtree(outside)


def test_another_directorys_servers_are_untouched(made_dir: Path, local_dir: Path) -> None:
    with using(local_dir) as other:
        pids = [recorded_pid(local_dir, name) for name in ("postgres", "valkey")]
        with using(made_dir) as answer:
            assert answer["database"] != other["database"]
            assert answer["redis"] != other["redis"]
        assert [recorded_pid(local_dir, name) for name in ("postgres", "valkey")] == pids
        assert ask(other["database"], "SELECT 1") == [(1,)]
        assert redis.Redis.from_url(other["redis"]).ping() is True


def test_a_forked_child_does_not_end_its_parents_hold(made_dir: Path) -> None:
    script = """
import os, sys, time
import psycopg
from smoothx.embedded import ensure_services, stop_services
services = ensure_services()
child = os.fork()
if child == 0:
    stop_services()
    os._exit(0)
os.waitpid(child, 0)
time.sleep(0.3)
with psycopg.connect(services.database_url) as connection:
    sys.stdout.write(str(connection.execute("SELECT 7").fetchone()[0]))
stop_services()
sys.stdout.write(" " + str("DATABASE_URL" in os.environ))
"""
    env = bare_environment(made_dir)
    run = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert run.stdout == "7 False"


def test_child_processes_inherit_both_urls(made_dir: Path) -> None:
    script = """
import subprocess, sys
from smoothx.embedded import ensure_services
services = ensure_services()
child = "from smoothx.embedded import ensure_services; print(ensure_services())"
run = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
sys.stdout.write(str(run.stdout.strip() == str(services)))
"""
    env = bare_environment(made_dir)
    run = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert run.stdout == "True"


def test_the_environment_is_used_untouched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://books@db.example/books")
    secret = tmp_path / "redis"
    secret.write_text("redis://cache.example/3\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(secret))
    monkeypatch.setenv("SMOOTHX_LOCAL_DIR", str(tmp_path / "local"))
    assert ensure_services() == Services("postgresql://books@db.example/books", "redis://cache.example/3")
    assert not (tmp_path / "local").exists()


@pytest.mark.parametrize(
    ("wants", "variable", "product"),
    [
        ({"want_redis": False}, "DATABASE_URL", "PostgreSQL"),
        ({"want_database": False}, "REDIS_URL", "Valkey"),
    ],
)
def test_a_missing_wheel_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wants: dict[str, bool], variable: str, product: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SMOOTHX_LOCAL_DIR", str(tmp_path / "local"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ServicesUnavailable) as raised:
        ensure_services(**wants)
    assert str(raised.value) == (
        f"{variable} is not set and the embedded {product} is not installed. Set {variable}, or install the dev extra."
    )
    assert not (tmp_path / "local").exists()


def test_an_unusable_directory_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").touch()
    monkeypatch.setenv("SMOOTHX_LOCAL_DIR", str(tmp_path / "file"))
    with pytest.raises(ServicesUnavailable, match=r"file cannot be used: .* Set SMOOTHX_LOCAL_DIR to another"):
        ensure_services(want_redis=False)
