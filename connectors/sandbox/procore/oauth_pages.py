"""The pages of the login host: the question to the person, the code to copy, and why neither can be had."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from werkzeug.wrappers import Response

from connectors.sandbox.pages import Side, render_page

SIDE = Side("Procore sandbox", "procore")
_CARRIED = ("client_id", "redirect_uri", "response_type", "state")


def render_consent(*, app_name: str, firm: str, person: str, given: Mapping[str, str]) -> Response:
    """The question to the person; the request rides along in hidden inputs."""
    hidden = Markup().join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, given[name])
        for name in _CARRIED
        if given.get(name)
    )
    body = Markup(
        '<section class="narrow"><h1>Connect {app}</h1>'
        "<p>You are signed in as <b>{person}</b> ({firm}). {app} will act with your permissions in every company that "
        "has installed it: read and write companies, projects, cost codes, commitments and invoices, and manage its "
        "webhooks.</p>"
        '<form method="post" action="/oauth/authorize">{hidden}'
        '<button class="main" name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Deny</button></form></section>'
    ).format(app=app_name, person=person, firm=firm, hidden=hidden)
    return render_page(SIDE, f"Connect {app_name}", body)


def render_code(code: str) -> Response:
    """The authorization code, for an app that has no address to send it to."""
    body = Markup('<section class="narrow"><h1>Authorization code</h1><p><code>{}</code></p></section>')
    return render_page(SIDE, "Authorization code", body.format(code))


def render_error(message: str) -> Response:
    body = Markup('<section class="narrow"><h1>An error has occurred</h1><p class="notice">{}</p></section>')
    return render_page(SIDE, "An error has occurred", body.format(message), status=401)
