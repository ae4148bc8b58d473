"""Every template compiles, and none needs what the content security policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
STYLE_SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
FORBIDDEN = re.compile(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=\"|\bhx-on\b|javascript:", re.IGNORECASE)
COLOUR_LITERAL = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_templates_compile() -> None:
    for path in TEMPLATES:
        # What does not compile tells its own name.
        get_template(path.relative_to(ROOT / "templates").as_posix())


def test_templates_hold_no_inline_style_or_script() -> None:
    found = {name_of(path): FORBIDDEN.findall(path.read_text()) for path in TEMPLATES}
    assert {name: parts for name, parts in found.items() if parts} == {}


@pytest.mark.parametrize("path", [path for path in STYLE_SHEETS if path.name != "tokens.css"], ids=name_of)
def test_colours_are_roles(path: Path) -> None:
    assert COLOUR_LITERAL.findall(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)) == []


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=name_of)
def test_style_sheets_read_only_tokens_that_exist(path: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+):", (ROOT / "static/css/tokens.css").read_text()))
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) - defined == set()


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "500.html"])
def test_error_page_needs_no_context(name: str) -> None:
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'href="/static/css/tokens.css"' in html
    assert "<script" not in html


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons/sprite.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([\w-]+)"', path.read_text())}
    assert named - symbols - {"blocked"} == set()
