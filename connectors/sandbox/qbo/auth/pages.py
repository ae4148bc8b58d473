"""The pages of the consent: the question to the company's administrator, and why it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup
from werkzeug.wrappers import Response

from connectors.sandbox.pages import Side, render_page

SIDE = Side("QuickBooks sandbox", "qbo")


def render_consent(*, app_name: str, request: Mapping[str, str], realms: Iterable[tuple[str, str]]) -> Response:
    """The question to the company's administrator; the request rides along in hidden inputs."""
    hidden = Markup().join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in request.items()
    )
    options = Markup().join(Markup('<option value="{}">{}</option>').format(realm, name) for realm, name in realms)
    body = Markup(
        '<section class="narrow"><h1>Connect {app}</h1>'
        "<p>{app} asks to read and change the books of the company you choose.</p>"
        '<form method="post" action="/connect/oauth2">{hidden}'
        '<label>Company <select id="realm_id" name="realm_id">{options}</select></label>'
        '<button class="main" name="decision" value="allow">Connect</button>'
        '<button name="decision" value="deny">No, thanks</button></form></section>'
    ).format(app=app_name, hidden=hidden, options=options)
    return _forbid_frames(render_page(SIDE, f"Connect {app_name}", body))


def render_error(message: str) -> Response:
    body = Markup('<section class="narrow"><h1>This app cannot connect</h1><p class="notice">{}</p></section>')
    return _forbid_frames(render_page(SIDE, "This app cannot connect", body.format(message), status=400))


def _forbid_frames(response: Response) -> Response:
    """As the vendor's consent page, which no other page may hold."""
    response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    return response
