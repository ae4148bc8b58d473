"""`python -m tests.bench.behind_pooler`: the demo's check with pgbouncer between the product and its database.

Transactions are pooled over SERVERS connections, fewer than the product opens. Prints what the check prints, then a
line of JSON: how many transactions the pooler served, over how many connections to the server, and what these
connections still knew of a tenant.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from smoothx.demo.keeping import make_empty_directory, remove
from smoothx.demo.stack import Options, Stage, choose_port, point_product_at, say, start_sandboxes
from smoothx.demo.supervise import Supervisor, free_port
from smoothx.embedded import ensure_services

SERVERS = 4
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_CONFIG = """
[databases]
{name} = host={host} port={server_port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
admin_users = {user}
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 200
"""


@contextmanager
def pooler(server_url: str) -> Iterator[str]:
    """pgbouncer before the server with this URL; the URL of the same database behind it."""
    if PROGRAM is None:
        message = "pgbouncer is not installed (Debian: apt-get install pgbouncer)"
        raise RuntimeError(message)
    server = conninfo_to_dict(server_url)
    port = free_port()
    directory = Path(tempfile.mkdtemp(prefix="pooler-"))
    config = directory / "pgbouncer.ini"
    names = {"name": server["dbname"], "host": server["host"], "server_port": server["port"], "user": server["user"]}
    config.write_text(_CONFIG.format(**names, port=port, servers=SERVERS))
    # It refuses to run as root, and the server's socket may be closed to others than the server's own account.
    account = Path(str(server["host"])).stat().st_uid
    for path in (directory, config):
        os.chown(path, account, account)
    options: dict[str, Any] = {"user": account, "group": account} if os.geteuid() == 0 else {}
    program = subprocess.Popen([PROGRAM, "--quiet", str(config)], **options)
    url = f"postgresql://{server['user']}@127.0.0.1:{port}/{server['dbname']}?sslmode=disable"
    try:
        _wait_for(url)
        yield url
    finally:
        program.terminate()
        program.wait(timeout=30)
        shutil.rmtree(directory)


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    message = "pgbouncer does not answer"
    raise RuntimeError(message)


def describe(url: str) -> dict[str, Any]:
    """What pgbouncer has done for the product, and what the server's connections were left with."""
    name = conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, dbname="pgbouncer", autocommit=True, row_factory=dict_row) as console:
        # The console understands nothing but the simple protocol.
        cursor = psycopg.ClientCursor(console)
        shown = {
            what: [row for row in cursor.execute(f"SHOW {what}").fetchall() if row["database"] == name]
            for what in ("STATS", "SERVERS")
        }
    return {
        "transactions": int(shown["STATS"][0]["total_xact_count"]),
        "servers": len(shown["SERVERS"]),
        "left_behind": find_left_behind(url, len(shown["SERVERS"])),
    }


def find_left_behind(url: str, servers: int) -> list[str]:
    """What each of the server's connections still says of the tenant, as the next client would find it."""
    found = []
    with ExitStack() as open_transactions:
        for _ in range(servers):
            client = open_transactions.enter_context(psycopg.connect(url, prepare_threshold=None))
            row = client.execute("SELECT coalesce(current_setting('app.tenant', true), '')").fetchone()
            found.append(row[0] if row else "")
    return [tenant for tenant in found if tenant]


def main(argv: Sequence[str]) -> int:
    directory = make_empty_directory()
    os.environ["SMOOTHX_LOCAL_DIR"] = str(directory)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    options = Options(directory, seed=int(argv[0]) if argv else 1, poll_seconds=5, has_events=True)
    ensure_services(say=say)
    with pooler(os.environ["DATABASE_URL"]) as url:
        os.environ["DATABASE_URL"] = url
        with Supervisor(log_dir=options.directory / "log") as supervisor:
            info = start_sandboxes(supervisor, options)
            port = choose_port(0)
            point_product_at(info, f"http://localhost:{port}", options)
            django.setup()
            code: int = import_module("smoothx.demo.check").play(supervisor, Stage(options, info, port))
            say(json.dumps(describe(url)))
    remove(directory)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
