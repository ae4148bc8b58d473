"""The parts of the server stand side by side in one class, so none may hide what another one needs."""

from __future__ import annotations

from itertools import pairwise

from connectors.sandbox.procore import ProcoreSandbox

# Every part has its own and calls the next one's.
CHAINED = {"clear"}


def test_no_part_hides_the_method_of_another() -> None:
    found: dict[str, list[type]] = {}
    for part in ProcoreSandbox.__mro__:
        for name, value in vars(part).items():
            if callable(value) and not name.startswith("__") and name not in CHAINED:
                found.setdefault(name, []).append(part)
    hidden = {
        name: [part.__name__ for part in parts]
        for name, parts in found.items()
        if not all(issubclass(first, second) for first, second in pairwise(parts))
    }
    assert hidden == {}


def test_every_route_has_its_handler() -> None:
    missing = [
        rule.endpoint for rule in ProcoreSandbox.url_map.iter_rules() if not hasattr(ProcoreSandbox, rule.endpoint)
    ]
    assert missing == []
