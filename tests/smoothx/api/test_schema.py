"""The schema: made without a warning, tells every declaration, and holds for every answer."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from mapping.choices import choose
from mapping.defaults import DEFAULTS
from mapping.kinds import VENDOR
from mapping.screens import SECTIONS
from smoothx.api.schema import make_schema
from smoothx.api.urls import urlpatterns
from smoothx.tenants.models import Tenant
from sync.models import Entry
from sync.registry import all_flows
from tests.factories import bill_line, make_attempt, make_entry, make_outgoing, make_project, notice
from tests.mapping.factories import make_account, make_company, make_link, make_vendor
from tests.smoothx.api.conftest import Ask

UNTOLD = {"schema", "nothing", "nothing_below"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return make_schema()


def parameter(schema: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in schema["paths"][path]["get"]["parameters"] if each["name"] == name]
    return dict(found)


def test_it_is_made_without_a_warning_and_is_openapi(capsys: Any) -> None:
    GENERATOR_STATS.reset()
    make_schema.cache_clear()
    made = make_schema()
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    assert capsys.readouterr().err == ""
    validate_schema(made)
    assert made["openapi"] == "3.1.0"


def test_every_address_and_declaration_is_in_it(schema: dict[str, Any]) -> None:
    told = {
        f"/api/{pattern.pattern}".replace("<int:", "{").replace(">", "}")
        for pattern in urlpatterns
        if pattern.name not in UNTOLD
    }
    assert set(schema["paths"]) == told
    assert {method for path in schema["paths"].values() for method in path} == {"get"}
    assert schema["components"]["schemas"]["FlowKey"]["enum"] == list(all_flows())
    assert schema["components"]["schemas"]["SettingKey"]["enum"] == list(DEFAULTS)
    entries = "/api/v1/entries/"
    assert parameter(schema, entries, "flow")["schema"]["enum"] == sorted(all_flows())
    assert parameter(schema, entries, "state")["schema"]["enum"] == sorted(Entry.State.values)
    section = parameter(schema, "/api/v1/links/", "section")
    assert (section["required"], section["schema"]["enum"]) == (True, sorted(SECTIONS))
    limit = parameter(schema, entries, "limit")["schema"]
    assert limit == {"type": "integer", "minimum": 1, "maximum": 200, "default": 100}


def test_it_says_how_to_show_a_key(schema: dict[str, Any]) -> None:
    scheme = schema["components"]["securitySchemes"]["key"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all(path["get"]["security"] == [{"key": []}] for path in schema["paths"].values())


def furnish(admin: Any) -> Entry:
    """Something of each sort that answers can tell."""
    make_project("501")
    make_account("Job costs", code="5000", remote_id="214")
    choose("bill_code", "214", admin)
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen LLC"), actor=admin)
    make_entry("blocked", notices=[notice("vendor_not_mapped", "Aspen"), notice("unknown_here")], amount=None)
    make_entry("waiting", document_date=None, project_id="", flow="a_flow_of_before")
    entry = make_entry("posted", planned={"document": {"entity": "Bill", "lines": [bill_line("1000.00")]}})
    make_attempt(make_outgoing(entry), number=1)
    return entry


def test_every_answer_is_as_it_says(schema: dict[str, Any], ask: Ask, scope: Tenant, admin_user: Any) -> None:
    entry = furnish(admin_user)
    asked = {
        "/api/v1/flows/": "flows/",
        "/api/v1/settings/": "settings/",
        "/api/v1/go-live/": "go-live/",
        "/api/v1/entries/": "entries/?limit=2",
        "/api/v1/entries/{entry_id}/": f"entries/{entry.pk}/",
        "/api/v1/links/": "links/?section=contacts",
    }
    assert set(asked) == set(schema["paths"])
    for path, address in asked.items():
        responses = schema["paths"][path]["get"]["responses"]
        assert set(responses) == {"200", "400", "401", "404", "429"}
        good, bad = ask(address), ask(f"{address}{'&' if '?' in address else '?'}surplus=1")
        assert (good.status_code, bad.status_code) == (200, 400)
        assert faults(schema, responses["200"], good.json()) == []
        assert faults(schema, responses["400"], bad.json()) == []
    assert ask("schema/").json() == schema
    # That the check can fail:
    told = ask("entries/").json()
    told["results"][0]["amount"] = 1000.0
    assert len(faults(schema, schema["paths"]["/api/v1/entries/"]["get"]["responses"]["200"], told)) == 1


def faults(schema: dict[str, Any], response: dict[str, Any], body: Any) -> list[str]:
    """What of a body the schema does not allow, members it does not name included."""
    wanted = response["content"]["application/json"]["schema"]
    components = {
        name: {**each, "additionalProperties": False} if each.get("type") == "object" else each
        for name, each in schema["components"]["schemas"].items()
    }
    validator = Draft202012Validator({**wanted, "components": {"schemas": components}})
    return [f"{list(error.absolute_path)} {error.message}" for error in validator.iter_errors(body)]
