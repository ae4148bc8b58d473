"""Contrast of every pair of roles in use, in both themes: 4.5 for text, 3 for edges and marks (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
ROLES: dict[str, tuple[str, str]] = {
    **{name: (value, value) for name, value in re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", TOKENS)},
    **{
        name: (a, b)
        for name, a, b in re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
    },
}
SURFACES = ("page", "sunken", "surface", "surface-head", "surface-hover", "surface-sel", "raised")
TEXT = [
    *[(ink, surface) for ink in ("ink", "ink-2", "ink-3") for surface in SURFACES],
    *[("accent", surface) for surface in (*SURFACES, "accent-soft")],
    *[(f"{state}-ink", f"{state}-soft") for state in ("warn", "bad", "wait", "unsure", "hold")],
    *[(f"{state}-ink", surface) for state in ("warn", "bad", "wait", "unsure") for surface in ("surface", "page")],
    *[("ink-2", f"{state}-soft") for state in ("warn", "bad", "wait", "unsure", "hold")],
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-2"),
    ("on-inverse", "inverse"),
    ("on-inverse-2", "inverse"),
    ("surface", "bad-ink"),
]
EDGES = [
    *[("line-control", surface) for surface in ("page", "surface", "raised", "sunken", "bad-soft", "warn-soft")],
    *[(side, surface) for side in ("procore", "qbo") for surface in ("surface", "surface-head", "page")],
    *[(f"chart-{series}", "surface") for series in ("ok", "warn", "wait", "bad", "unsure")],
]


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black to 1 for white."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3)], ids=["text", "edges and marks"])
def test_what_stands_on_a_surface_can_be_seen(pairs: list[tuple[str, str]], least: float, theme: int) -> None:
    found = {(over, under): contrast(ROLES[over][theme], ROLES[under][theme]) for over, under in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}
