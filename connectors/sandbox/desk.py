"""A person's desk at a sandbox: tabs of lists and forms at the root, and one place where every form lands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused, perform_act
from connectors.sandbox.frame import Sandbox
from connectors.sandbox.pages import Side, Tab, render_page, write_tabs

HOME_RULES = (
    Rule("/", endpoint="page_home", methods=["GET"]),
    Rule("/act", endpoint="page_act", methods=["POST"]),
)


class Desk(Sandbox):
    """Mixed into a sandbox. Each of `VIEWS` is a tab, answered by the method `view_<key>(query)`."""

    SIDE: ClassVar[Side]
    VIEWS: ClassVar[tuple[tuple[str, str], ...]] = ()

    def describe_firm(self) -> str:
        """The heading of every page."""
        raise NotImplementedError

    def count_view(self, key: str) -> int | None:
        """What stands beside a tab's name; None for nothing."""
        return None

    def page_home(self, request: Request) -> Response:
        query = request.args.to_dict()
        key = query.get("view") or self.VIEWS[0][0]
        if key not in dict(self.VIEWS):
            return redirect("/", 303)
        body: Markup = getattr(self, f"view_{key}")({**query, "view": key})
        return self.write_page(dict(self.VIEWS)[key], body, key=key, notice=query.get("notice", ""))

    def write_page(self, title: str, body: Markup, *, key: str = "", notice: str = "") -> Response:
        """A page below the tabs; `key` is the one it belongs to."""
        tabs = write_tabs((Tab(each, label, self.count_view(each)) for each, label in self.VIEWS), key)
        heading = Markup("<h1>{}</h1>").format(self.describe_firm())
        return render_page(self.SIDE, f"{title}, {self.describe_firm()}", body, tabs=heading + tabs, notice=notice)

    def page_act(self, request: Request) -> Response:
        """Do what a form says and go back with its answer. What is ticked several times goes on with commas."""
        given: dict[str, Any] = {name: ",".join(values) for name, values in request.form.lists()}
        back, name = given.pop("back", "/"), given.pop("do", "")
        if _is_from_elsewhere(request):
            return Response("This form was sent from another site.", status=403, content_type="text/plain")
        try:
            perform_act(self, name, _clear_blanks(getattr(self, f"act_{name}", None), given))
        except (ActRefused, ValueError) as refusal:
            return redirect(_add_notice(back, str(refusal)), 303)
        return redirect(_add_notice(back, ""), 303)


def _clear_blanks(act: Callable[..., Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    """A blank field is not given where the act does without it, and None where it does not."""
    known = inspect.signature(act).parameters if act is not None else {}
    optional = {name for name, each in known.items() if each.default is not inspect.Parameter.empty}
    return {name: value.strip() or None for name, value in given.items() if value.strip() or name not in optional}


def _is_from_elsewhere(request: Request) -> bool:
    origin = request.headers.get("Origin")
    return origin not in (None, "null") and str(origin).partition("://")[2] != request.host


def _add_notice(back: str, notice: str) -> str:
    """A path of this server only, whatever the form says."""
    # Not split as an address, which fails on one that is none.
    asked = back.partition("#")[0].partition("?")[2]
    kept = [pair for pair in asked.split("&") if pair and not pair.startswith("notice=")]
    query = "&".join([*kept, *([urlencode({"notice": notice})] if notice else [])])
    return f"/?{query}" if query else "/"


def link_view(query: Mapping[str, str]) -> str:
    """The address of the present view, for forms to come back to."""
    kept = {name: value for name, value in query.items() if name in ("view", "q", "page", "id") and value}
    return f"/?{urlencode(kept)}"
