"""The sandbox's few web pages: plain HTML with one style sheet inside."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape
from werkzeug.wrappers import Response

_STYLE = """
:root{color-scheme:light dark;
--ink:#1d2126;--quiet:#68717c;--line:#dde1e6;--card:#fff;--ground:#f4f5f7;--brand:#c2410c}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#9aa3ad;--line:#343a41;--card:#1e2227;--ground:#15181b;
--brand:#fb923c}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{background:var(--card);border-bottom:3px solid var(--brand);padding:.8rem 1.25rem;font-weight:600}
header small{color:var(--quiet);font-weight:400;margin-left:.6rem}
main{max-width:70rem;margin:1.5rem auto;padding:0 1.25rem}.narrow{max-width:28rem}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem 1.25rem;margin-bottom:1rem}
h1{font-size:1.2rem;margin:.2rem 0 .8rem}h2{font-size:1rem;margin:0 0 .5rem}
h2 span,p{color:var(--quiet);font-weight:400}
table{width:100%;border-collapse:collapse}th{text-align:left;color:var(--quiet);font-weight:500;font-size:.85rem}
td,th{padding:.35rem .5rem .35rem 0;border-top:1px solid var(--line);vertical-align:middle}
td,th{white-space:nowrap}td:nth-child(2){white-space:normal}section{overflow-x:auto}
td.n,th.n{text-align:right;padding-right:1.2rem;font-variant-numeric:tabular-nums}form{display:inline}
button{font:inherit;padding:.25rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--card);
color:var(--ink);cursor:pointer}button.main{background:var(--brand);border-color:var(--brand);color:#fff}
input,select{font:inherit;padding:.3rem .5rem;border:1px solid var(--line);border-radius:6px;background:var(--card);
color:var(--ink)}label{margin-right:.75rem}.notice{border-left:4px solid var(--brand)}
"""


def render_page(title: str, body: str, *, status: int = 200, is_narrow: bool = True) -> Response:
    """`body` is HTML that has been escaped where it needs to be."""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Procore sandbox</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<header>Procore sandbox<small>a stand-in, nothing here is real</small></header>"
        f"<main{' class=narrow' if is_narrow else ''}>{body}</main></body></html>"
    )
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def render_consent(firm: str, person: str, given: Mapping[str, str]) -> Response:
    """One form that carries the request along, with the buttons allow and deny."""
    names = ("client_id", "redirect_uri", "response_type", "state")
    hidden = Markup().join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, given[name])
        for name in names
        if given.get(name)
    )
    body = Markup(
        "<section><h1>Allow Smoothx to use your Procore account?</h1>"
        "<p>You are signed in as <b>{}</b> ({}). The app will act with your permissions in every company that has "
        "installed it: read and write companies, projects, cost codes, commitments and invoices, and manage its "
        "webhooks.</p>"
        '<form method="post" action="/oauth/authorize">{}'
        '<button class="main" name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></form></section>'
    ).format(person, firm, hidden)
    return render_page("Authorize", body)
