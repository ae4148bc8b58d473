"""Finds the flows: every module of the flow packages that declares FLOW or FLOWS."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from sync.flow import Flow

_flows: dict[str, Flow] = {}


class BadFlow(Exception):
    """A file in a flow package declares no flow, or one whose key is taken."""


def discover(packages: Iterable[str]) -> dict[str, Flow]:
    """Load all flows of `packages`, in the order they run. Modules whose name starts with "_" are helpers."""
    found: dict[str, Flow] = {}
    for package_name in packages:
        package = importlib.import_module(package_name)
        for module_info in pkgutil.iter_modules(package.__path__):
            if module_info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{package_name}.{module_info.name}")
            for flow in getattr(module, "FLOWS", None) or _single(module):
                if flow.key in found:
                    message = f"two flows are called {flow.key}"
                    raise BadFlow(message)
                found[flow.key] = flow
    _flows.clear()
    _flows.update(_in_order(found))
    return _flows


def _single(module: object) -> tuple[Flow, ...]:
    flow = getattr(module, "FLOW", None)
    if flow is None:
        message = f"{module} is in a flow package but declares no FLOW"
        raise BadFlow(message)
    return (flow,)


def _in_order(found: dict[str, Flow]) -> dict[str, Flow]:
    """Each flow behind those it comes after. Raises BadFlow for a circle or an unknown name."""
    ordered: dict[str, Flow] = {}
    while len(ordered) < len(found):
        ready = [f for key, f in found.items() if key not in ordered and all(name in ordered for name in f.after)]
        if not ready:
            message = f"flows wait for each other or for unknown ones: {sorted(set(found) - set(ordered))}"
            raise BadFlow(message)
        ordered.update({flow.key: flow for flow in ready})
    return ordered


def all_flows() -> dict[str, Flow]:
    return _flows


def flow(key: str) -> Flow:
    return _flows[key]
