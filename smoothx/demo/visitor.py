"""A person at a browser without a screen: keeps cookies, fills in forms, presses buttons. Speaks HTTP only."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests


class Lost(Exception):
    """The page did not offer what the visitor came for, or answered with an error."""


@dataclass(slots=True)
class Form:
    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Collects a page's forms with their hidden and preset values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif self.forms and tag == "input" and values.get("name") and values.get("type") not in ("submit", "radio"):
            self.forms[-1].fields[values["name"]] = values.get("value", "")
        elif self.forms and tag == "select":
            self._select = values.get("name", "")
            self.forms[-1].choices[self._select] = []
        elif self._select and tag == "option":
            self._take_option(values)

    def _take_option(self, values: dict[str, str]) -> None:
        form = self.forms[-1]
        form.choices[self._select].append(values.get("value", ""))
        if "selected" in values or self._select not in form.fields:
            form.fields[self._select] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Visitor:
    """One person's browser on the product at `base_url`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        # The visitor reaches this machine only; a proxy of the environment must not come between.
        self.session.trust_env = False

    def get(self, path: str) -> requests.Response:
        return _checked(self.session.get(urljoin(self.base_url, path), timeout=60))

    def post(self, path: str, **fields: Any) -> requests.Response:
        """Press a button of the product: the CSRF token goes along as its pages send it."""
        url = urljoin(self.base_url, path)
        token = self.session.cookies.get("csrftoken", domain=_cookie_domain(url)) or ""
        headers = {"X-CSRFToken": token, "Referer": url}
        return _checked(self.session.post(url, data=fields, headers=headers, timeout=60))

    def sign_in(self, email: str, password: str) -> None:
        self.get("/accounts/login/")
        page = self.post("/accounts/login/", login=email, password=password)
        if "/accounts/login" in page.url:
            message = f"{email} could not sign in"
            raise Lost(message)

    def submit(self, page: requests.Response, **values: str) -> requests.Response:
        """Fill in and send the page's first POST form: a vendor's consent page."""
        reader = FormReader()
        reader.feed(page.text)
        form = next((form for form in reader.forms if form.method == "post"), None)
        if form is None:
            message = f"{page.url} has no form to send"
            raise Lost(message)
        target = urljoin(page.url, form.action)
        return _checked(self.session.post(target, data=form.fields | values, timeout=60))


def _cookie_domain(url: str) -> str:
    host = urlsplit(url).hostname or ""
    # The cookie jar files names without a dot under ".local".
    return f"{host}.local" if "." not in host else host


def _checked(response: requests.Response) -> requests.Response:
    if response.status_code >= 400:
        message = f"{response.request.method} {response.url} answered {response.status_code}"
        raise Lost(message)
    return response
