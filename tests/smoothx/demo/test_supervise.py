"""The supervisor over real programs with children and grandchildren of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoothx.demo.supervise import Ending, Interrupted, NotReady, Process, Supervisor, free_port
from smoothx.embedded.processes import identify, wait_until

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60

# A program as bad as they come: children that ignore SIGTERM, one of them in a session of its own.
FAMILY = """
import os, signal, subprocess, sys, time
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
near = subprocess.Popen([sys.executable, "-c", stubborn])
far = subprocess.Popen([sys.executable, "-c", stubborn], start_new_session=True)
middle = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], start_new_session=True).pid, flush=True)"
orphan = int(subprocess.check_output([sys.executable, "-c", middle, sys.executable, "-c", stubborn, "x"]).split()[0])
"""

# check_output would wait for the orphan, which holds the pipe: so the orphan's output goes nowhere.
FAMILY = FAMILY.replace("start_new_session=True).pid", "start_new_session=True, stdout=subprocess.DEVNULL).pid")

SUPERVISE = """
import sys
from pathlib import Path
from smoothx.demo.supervise import Ending, Interrupted, Process, Supervisor
directory = Path(sys.argv[1])
family = Process("family", [sys.executable, "-c", sys.argv[2]], ready=(directory / "pids").exists)
with Supervisor(log_dir=directory / "log", grace_seconds=5) as supervisor:
    supervisor.start(family)
    try:
        sys.stdout.write("ready\\n")
        sys.stdout.flush()
        ending = supervisor.wait()
    except Interrupted as interruption:
        ending = Ending(signum=interruption.signum)
    sys.stdout.write(str(ending))
"""


def family_script(directory: Path) -> str:
    """Has the family write its pids down in one step and then sleep."""
    return f"""{FAMILY}
pids = [os.getpid(), os.getppid(), near.pid, far.pid, orphan]
open({str(directory / "half")!r}, "w").write(" ".join(map(str, pids)))
os.rename({str(directory / "half")!r}, {str(directory / "pids")!r})
time.sleep(600)
"""


def becomes_gone(pids: list[int]) -> bool:
    return wait_until(lambda: all(identify(pid) is None for pid in pids), seconds=PATIENCE_SECONDS)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A supervisor in a process of its own, and the pids of its minder and of the family below."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(tmp_path), family_script(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 5
    assert all(identify(pid) for pid in pids)
    yield process, pids
    process.kill()
    process.wait()


def python(name: str, script: str, *, env: dict[str, str] | None = None) -> Process:
    return Process(name, [sys.executable, "-c", script], env or {})


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_takes_everything_down(
    supervised: tuple[subprocess.Popen[str], list[int]], signum: signal.Signals
) -> None:
    process, pids = supervised
    process.send_signal(signum)
    output, _ = process.communicate()
    assert output == f"Stopped by {signum.name}."
    assert process.returncode == 0
    assert [pid for pid in pids if identify(pid)] == []


def test_killing_the_supervisor_takes_everything_down(
    supervised: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, pids = supervised
    process.kill()
    assert becomes_gone(pids)


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('{}', 'w'); time.sleep(600)"
    script = f"""
import sys
from pathlib import Path
from smoothx.demo.supervise import Process, Supervisor
with Supervisor(log_dir=Path({str(tmp_path)!r}), grace_seconds=600) as supervisor:
    supervisor.start(Process("stubborn", [sys.executable, "-c", {stubborn.format(tmp_path / "on")!r}]))
    supervisor.wait()
"""
    process = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert wait_until((tmp_path / "on").exists, seconds=PATIENCE_SECONDS)
    process.terminate()
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    assert process.wait() == 0


def test_wait_names_the_program_that_ended_and_its_code(tmp_path: Path) -> None:
    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(python("steady", "import time; time.sleep(600)"))
        supervisor.start(python("broken", "import sys; print('no such table'); sys.exit(3)"))
        ending = supervisor.wait()
    log = tmp_path / "broken.log"
    assert ending == Ending("broken", 3, log)
    assert str(ending) == f"broken ended with exit code 3. The end of {log}:\nno such table"


def test_wait_names_the_signal_that_ended_a_program(tmp_path: Path) -> None:
    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(python("killed", "import os; os.kill(os.getpid(), 9)"))
        assert str(supervisor.wait()).startswith("killed was ended by SIGKILL. ")


def test_what_a_finished_program_left_behind_goes_too(tmp_path: Path) -> None:
    script = family_script(tmp_path).replace("time.sleep(600)\n", "")
    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(python("family", script))
        assert supervisor.wait().exit_code == 0
        pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
        assert becomes_gone(pids)


def test_programs_stop_in_reverse_order(tmp_path: Path) -> None:
    script = """
import os, signal, sys, time
def stop(*_):
    with open(os.environ["ORDER"], "a") as order:
        order.write(os.environ["NAME"])
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
time.sleep(600)
"""
    order = tmp_path / "order"
    with Supervisor(log_dir=tmp_path) as supervisor:
        for name in "abc":
            log = tmp_path / f"{name}.log"
            process = python(name, script, env={"ORDER": str(order), "NAME": name})
            supervisor.start(Process(name, process.argv, process.env, ready=lambda log=log: log.read_text() == "up\n"))
    assert order.read_text() == "cba"


def test_start_returns_when_the_program_answers(tmp_path: Path) -> None:
    port = free_port()
    script = f"import socket, time; server = socket.create_server(('127.0.0.1', {port})); time.sleep(600)"

    def answers() -> bool:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True

    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(Process("server", [sys.executable, "-c", script], ready=answers))
        assert answers()
    with pytest.raises(ConnectionRefusedError):
        answers()


def test_a_program_that_ends_before_it_is_ready_shows_its_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    process = Process("web", [sys.executable, "-c", "import sys; sys.exit('port taken')"], ready=lambda: False)
    with Supervisor(log_dir=tmp_path) as supervisor, pytest.raises(NotReady) as raised:
        supervisor.start(process)
    assert str(raised.value) == (f"web ended with exit code 1. It was not ready. The end of {log}:\nport taken")


def test_a_program_that_stays_silent_is_given_up(tmp_path: Path) -> None:
    process = Process("web", [sys.executable, "-c", "import time; time.sleep(600)"], ready=lambda: False)
    with Supervisor(log_dir=tmp_path) as supervisor, pytest.raises(NotReady, match=r"not ready after 0\.2 seconds"):
        supervisor.start(process, timeout_seconds=0.2)


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(Process("ghost", ["/no/such/program"]))
        assert supervisor.wait() == Ending("ghost", 127, tmp_path / "ghost.log")
    assert (tmp_path / "ghost.log").read_text() == "/no/such/program cannot be run: No such file or directory\n"


def test_a_program_gets_the_added_environment_and_default_signals(tmp_path: Path) -> None:
    script = (
        "import json, os, signal; print(json.dumps([os.environ['REALM'], 'PATH' in os.environ, "
        "signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, os.getsid(0) == os.getpid()]))"
    )
    with Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(python("worker", script, env={"REALM": "9130"}))
        supervisor.wait()
    assert json.loads((tmp_path / "worker.log").read_text()) == ["9130", True, True, True]


def test_a_signal_while_starting_interrupts(tmp_path: Path) -> None:
    def interrupt() -> bool:
        os.kill(os.getpid(), signal.SIGTERM)
        return False

    process = Process("web", [sys.executable, "-c", "import time; time.sleep(600)"], ready=interrupt)
    with pytest.raises(Interrupted) as raised, Supervisor(log_dir=tmp_path) as supervisor:
        supervisor.start(process)
    assert raised.value.code == 143


def test_handlers_are_put_back(tmp_path: Path) -> None:
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]
    with Supervisor(log_dir=tmp_path):
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before
