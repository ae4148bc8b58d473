"""The sandbox is put together from many parts: none takes another's name, and every path leads somewhere."""

from __future__ import annotations

import re
from collections import defaultdict

from connectors.sandbox.procore import ProcoreSandbox


def test_no_private_name_is_used_by_two_parts() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for part in ProcoreSandbox.__mro__:
        if part.__module__.startswith("connectors.sandbox.procore"):
            for name, value in vars(part).items():
                if callable(value) and name.startswith("_") and not name.startswith("__"):
                    owners[name].append(part.__name__)
    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}


def test_no_path_is_there_twice_and_each_has_a_handler() -> None:
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in ProcoreSandbox.url_map.iter_rules():
        assert callable(getattr(ProcoreSandbox, rule.endpoint, None)), rule.endpoint
        path = re.sub(r"<[^>]*>", "{}", rule.rule)
        assert rule.methods, f"{rule.rule} takes any method"
        for method in rule.methods:
            if method not in ("HEAD", "OPTIONS"):
                seen[method, path].append(rule.endpoint)
    assert {key: found for key, found in seen.items() if len(found) > 1} == {}
