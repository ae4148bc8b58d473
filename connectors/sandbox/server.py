"""Serve a sandbox over HTTP/1.1 with keep-alive, in a background thread."""

from __future__ import annotations

import logging
import resource
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

# Waitress logs each connection that is dropped on purpose and each queue that grows under load.
logging.getLogger("waitress").setLevel(logging.CRITICAL)

# A delayed answer holds one, so more than the sandbox is ever called by at once.
THREADS = 64
MAX_CONNECTIONS = 4000
# What a process needs beside its connections: files, pipes, databases.
OTHER_FILES = 200
# An answer that nobody reads goes to a file instead of holding a thread.
MAX_UNREAD_BYTES = 2 * 1024**3
# An upload takes 100 MB and its envelope; what declares more is refused before it is read.
MAX_UPLOAD_BYTES = 120 * 1024 * 1024


class _RefusingTask(ErrorTask):  # type: ignore[misc]
    """Answers a body that is too large in the vendor's words instead of the server's."""

    def execute(self) -> None:
        refuse = getattr(self.channel.server.sandbox, "refuse", None)
        if self.request.error.code != RequestEntityTooLarge.code or refuse is None:
            super().execute()
            return
        headers = {"Accept": self.request.headers.get("ACCEPT", "")}
        environ = create_environ(self.request.path or "/", method=self.request.command, headers=headers)
        answer = refuse(Request(environ), RequestEntityTooLarge())
        body = answer.get_data()
        self.status = answer.status
        self.response_headers.extend(answer.headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _RefusingTask


@dataclass(slots=True)
class RunningServer:
    """A sandbox being served; after `stop` its port is free again."""

    url: str
    port: int
    app: Any
    _server: Any = field(repr=False)
    _sockets: dict[int, Any] = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def stop(self) -> None:
        """Finish the calls in progress (5 s at most), close every connection and free the port."""
        if not self._thread.is_alive():
            return
        close = getattr(self.app, "close", None)
        if close is not None:
            close()
        self._server.task_dispatcher.shutdown(timeout=5)
        # The loop thread owns the sockets, so it closes them; with none left its loop ends.
        trigger = self._server.trigger
        # Under its lock, as a loop that is awake already would close the trigger's pipe before it is pulled.
        with trigger.lock:
            trigger.thunks.append(lambda: wasyncore.close_all(self._sockets, ignore_all=True))
            trigger._physical_pull()
        self._thread.join(timeout=5)


def _raise_connection_limit() -> int:
    """How many connections each of two servers in this process can hold; its limit of open files is raised first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, (soft - OTHER_FILES) // 2)


def serve(app: Callable[..., Iterable[bytes]], *, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Serve `app`; port 0 takes any free one. Raises OSError when the port is taken."""
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        backlog=1024,
        # Clients keep their connections; at the limit nobody new is let in.
        connection_limit=_raise_connection_limit(),
        asyncore_use_poll=True,
        outbuf_high_watermark=MAX_UNREAD_BYTES,
        max_request_body_size=MAX_UPLOAD_BYTES,
    )
    server.channel_class = _Channel
    # The server's own `application` is wrapped.
    server.sandbox = app
    bound_port = int(server.effective_port)
    thread = threading.Thread(target=server.run, name=f"sandbox-{bound_port}", daemon=True)
    thread.start()
    return RunningServer(f"http://{host}:{bound_port}", bound_port, app, server, sockets, thread)
