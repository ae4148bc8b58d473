"""A real browser against the real server: one Chromium per worker, a fresh context for every window a test opens."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.http import HttpRequest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

from smoothx.celery import app
from sync.tasks import sweep
from tests import worlds
from tests.browser import ensure_chromium
from tests.journeys.in_flight import InFlight
from tests.kept import bring

# What a machine without a desktop, a network and a graphics card needs.
LAUNCH = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 20_000
PASSWORD = "correct horse battery"

OpenWindow = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop running in this thread, and Django would refuse its database there. It also has
    # other connections for the thread as long as the loop runs. Nobody would find them afterwards, and the database
    # could not be dropped while one is open.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=ensure_chromium(), args=LAUNCH)
        yield chromium
        chromium.close()
        connections.close_all()


@pytest.fixture(autouse=True, scope="session")
def _kept_files() -> Iterator[None]:
    """A browser keeps static files, as it does in operation, rather than ask for each with every page."""
    serve = StaticFilesHandler.serve

    def serve_to_keep(handler: StaticFilesHandler, request: HttpRequest) -> Any:
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_to_keep)
        yield


@pytest.fixture(scope="session")
def in_flight() -> Iterator[InFlight]:
    requests = InFlight()
    requests.start()
    yield requests
    requests.stop()


@pytest.fixture
def site(django_db_setup: None, live_server: Any, settings: Any) -> Iterator[str]:
    """The server's address. What would go to a worker is done before the answer.

    The database is asked for first, so that at the end the server has let go of it before it is dropped.
    """
    settings.BASE_URL = live_server.url
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield live_server.url
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture
def open_window(
    browser: Browser, site: str, in_flight: InFlight, client_of: Callable[[Any], Any]
) -> Iterator[OpenWindow]:
    """A window, signed in when a person is given. Whatever a page complains of in the console fails the test."""
    contexts, complaints = [], []

    def open_one(person: Any = None, *, width: int = 1280, has_script: bool = True) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=has_script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if person is not None:
            session = client_of(person).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        watch(page, site, complaints)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert in_flight.wait()
    assert complaints == []


def watch(page: Page, site: str, complaints: list[str]) -> None:
    """Note console errors (a broken content security policy is one), uncaught exceptions and server errors."""

    def hear(message: ConsoleMessage) -> None:
        # What a person may not do or has filled in wrongly is an answer like any other.
        is_answer = re.search(r"Failed to load resource.* status of (403|404|422)", message.text)
        if message.type == "error" and page.url.startswith(site) and not is_answer:
            complaints.append(f"{page.url}: {message.text}")

    def see(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.url}: {response.status}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", see)


@pytest.fixture
def mapped(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """Connected, both directories read, what matches linked. Not live."""

    def make() -> None:
        worlds.read_directory()
        worlds.map_what_matches()

    bring("mapped", sandboxes, make)
    return connected


@pytest.fixture
def live(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """Mapped, with its defaults, live since 1 Jul 2026. Nothing was polled yet."""
    bring("live", sandboxes, worlds.make_live)
    connected.refresh_from_db()
    return connected


def run_schedule() -> None:
    """What the scheduler and the workers do until nothing is due: polling, reading, sending."""
    while sweep():
        pass
