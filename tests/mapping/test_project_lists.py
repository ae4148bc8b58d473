"""Lists read project by project, and those made of what all projects have, against Procore's sandbox."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connectors.procore import resources as procore
from mapping.directory import project_lists
from mapping.directory.refreshing import refresh_section
from mapping.models import Refresh, RemoteItem
from mapping.page.words import name_of
from mapping.snapshot import load_codes
from tests.mapping.vendors import at_procore, both, reading, rows_of
from tests.worlds import control

pytestmark = pytest.mark.usefixtures("connected", "without_limits")


@pytest.fixture
def projects() -> list[RemoteItem]:
    """The active projects by name, as the directory has them."""
    reading("projects", "procore")
    return list(RemoteItem.objects.filter(resource=procore.PROJECTS.key, is_active=True).order_by("name", "remote_id"))


def label(project: RemoteItem) -> str:
    assert project.code
    return f"{project.code} {project.name}"


def refuse(sandboxes: Any, path: str, *, status: int = 403) -> None:
    control(sandboxes.procore, "faults", [{"method": "GET", "path": path, "status": status}])


def allow_all(sandboxes: Any) -> None:
    requests.delete(f"{sandboxes.procore.url}/_control/faults", timeout=30)


def add_location(sandboxes: Any, project: RemoteItem, name: str, parent_id: Any = None) -> Any:
    attributes = {"node_name": name, **({"parent_id": parent_id} if parent_id else {})}
    return at_procore(sandboxes, "POST", f"projects/{project.remote_id}/locations", {"location": attributes})


def test_locations_are_named_with_their_path_and_project(sandboxes: Any, projects: list[RemoteItem]) -> None:
    first, second = projects[:2]
    above = add_location(sandboxes, first, "Building A")
    below = add_location(sandboxes, first, "Level 2", above["id"])
    add_location(sandboxes, second, "Level 2")
    done = reading("locations", "procore")
    assert (done.state, done.message) == ("done", "")
    rows = RemoteItem.objects.filter(resource=procore.LOCATIONS.key)
    level = rows.get(remote_id=str(below["id"]))
    assert level.name == f"Building A > Level 2, {label(first)}"
    assert (level.project_id, level.parent_id) == (first.remote_id, str(above["id"]))
    assert level.data == {"own_name": "Level 2", "full_name": "Building A:Level 2"}
    assert rows.filter(name=f"Level 2, {label(second)}", project_id=second.remote_id).count() == 1
    at_procore(sandboxes, "DELETE", f"projects/{first.remote_id}/locations/{below['id']}")
    again = reading("locations", "procore")
    assert (again.added, again.inactivated) == (0, 1)
    assert not rows.get(pk=level.pk).is_active


def test_sub_jobs_are_named_with_their_project(sandboxes: Any, projects: list[RemoteItem]) -> None:
    job = {"project_id": int(projects[0].remote_id), "sub_job": {"name": "Parking deck", "code": "PD"}}
    made = at_procore(sandboxes, "POST", f"sub_jobs?project_id={projects[0].remote_id}", job)
    assert reading("sub-jobs", "procore").state == "done"
    row = RemoteItem.objects.get(resource=procore.SUB_JOBS.key, remote_id=str(made["id"]))
    assert (row.name, row.code) == (f"Parking deck, {label(projects[0])}", "PD")
    assert row.data == {"own_name": "Parking deck", "full_name": f"{projects[0].name}:Parking deck"}


def test_codes_of_a_sub_job_are_read_with_the_projects_and_know_whose_they_are(
    sandboxes: Any, projects: list[RemoteItem]
) -> None:
    project = projects[0]
    own = {"project_id": int(project.remote_id)}
    job = at_procore(
        sandboxes, "POST", f"sub_jobs?project_id={project.remote_id}",
        {**own, "sub_job": {"name": "Garage", "code": "G"}},
    )  # fmt: skip
    made = at_procore(
        sandboxes, "POST", f"cost_codes?project_id={project.remote_id}",
        {**own, "sub_job_id": job["id"], "cost_code": {"code": "03-300", "name": "Slabs"}},
    )  # fmt: skip
    project_lists.refresh_project_codes(project.connection, [project.remote_id])
    assert load_codes()[str(made["id"])].sub_job_id == str(job["id"])
    assert RemoteItem.objects.get(resource=procore.SUB_JOBS.key).remote_id == str(job["id"])
    others = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key, project_id=project.remote_id)
    assert others.filter(is_active=True, data__sub_job_id="").exists()
    assert set(others.values_list("data__sub_job_id", flat=True)) == {"", str(job["id"])}
    # Reading again loses neither the project's nor the sub job's.
    before = set(others.filter(is_active=True).values_list("remote_id", flat=True))
    project_lists.refresh_project_codes(project.connection, [project.remote_id])
    assert set(others.filter(is_active=True).values_list("remote_id", flat=True)) == before


def test_a_project_without_the_right_to_sub_jobs_still_has_its_codes(
    sandboxes: Any, projects: list[RemoteItem]
) -> None:
    refuse(sandboxes, "/sub_jobs")
    project_lists.refresh_project_codes(projects[0].connection, [projects[0].remote_id])
    rows = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key, project_id=projects[0].remote_id)
    assert rows.filter(is_active=True).exists()


def test_project_codes_show_the_project_and_rules_do_not(projects: list[RemoteItem]) -> None:
    reading("account-codes", "procore")
    assert reading("override-accounts", "procore").state == "done"
    rows = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key)
    assert set(rows.values_list("project_id", flat=True)) <= {project.remote_id for project in projects}
    row = rows.filter(project_id=projects[0].remote_id).order_by("code").first()
    assert row is not None
    assert row.name == f"{row.data['own_name']}, {label(projects[0])}"
    assert name_of(row) == f"{row.code} {row.name}"
    assert load_codes()[row.remote_id].name == row.data["own_name"]


def test_projects_of_one_name_are_told_apart_by_their_numbers(projects: list[RemoteItem]) -> None:
    first, second = projects[:2]
    RemoteItem.objects.filter(pk__in=[first.pk, second.pk]).update(name="Lofts")
    RemoteItem.objects.filter(pk=second.pk).update(code="")
    project_lists.refresh_project_codes(first.connection, [first.remote_id, second.remote_id])
    rows = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key)
    for project, shown in ((first, f"{first.code} Lofts"), (second, "Lofts")):
        row = rows.filter(project_id=project.remote_id).order_by("code").first()
        assert row is not None
        assert row.name == f"{row.data['own_name']}, {shown}"


LABELS = [
    (("501", "Lofts", "2417"), "2417 Lofts"),
    (("501", "2417 Lofts", "2417"), "2417 Lofts"),
    (("501", "2417 Lofts", "24"), "24 2417 Lofts"),
    (("501", "Lofts", ""), "Lofts"),
    (("501", ""), ""),
]


@pytest.mark.parametrize(("parts", "shown"), LABELS)
def test_a_project_is_shown_with_its_number_once(parts: tuple[str, ...], shown: str) -> None:
    assert project_lists.Site(*parts).label == shown


def test_pairs_are_what_budgets_have_once_for_all_projects(sandboxes: Any, projects: list[RemoteItem]) -> None:
    reading("account-codes", "procore")
    assert reading("pair-accounts", "procore").state == "done"
    pairs = {row.remote_id: row for row in RemoteItem.objects.filter(resource=procore.CODE_TYPE_PAIRS.key)}
    tables = sandboxes.procore.app.tables
    known = {int(project.remote_id) for project in projects}
    wanted = set()
    for budget in tables.iterate("wbs_codes"):
        if budget["project_id"] in known:
            code = tables.get("cost_codes", budget["cost_code_id"])
            cost_type = tables.get("line_item_types", budget["line_item_type_id"])
            standard = code["standard_cost_code_id"]
            wanted.add(f"{standard or 'code:' + code['full_code']}+{cost_type['code']}")
    assert set(pairs) == wanted != set()
    key, row = next((key, row) for key, row in sorted(pairs.items()) if row.code.startswith("03"))
    standard = RemoteItem.objects.get(resource=procore.STANDARD_COST_CODES.key, remote_id=key.partition("+")[0])

    assert key == f"{standard.remote_id}+{row.data['cost_type']}"
    assert name_of(row).startswith(f"{standard.code} {standard.name}, ")
    again = reading("pair-items", "procore")
    assert (again.added, again.renamed, again.inactivated) == (0, 0, 0)


def test_payment_terms_are_the_distinct_texts_of_purchase_orders(sandboxes: Any, projects: list[RemoteItem]) -> None:
    texts = ("Net 30", "net  30", "<p>Due on receipt</p>", "", "x" * 700)
    for number, text in enumerate(texts):
        project = projects[number % 2]
        order = {"title": f"Order {number}", "number": f"PT-{number}", "payment_terms": text}
        body = {"project_id": int(project.remote_id), "purchase_order_contract": order}
        at_procore(sandboxes, "POST", f"purchase_order_contracts?project_id={project.remote_id}", body)
    assert reading("terms", "procore").state == "done"
    terms = rows_of(procore.PAYMENT_TERMS)
    assert {"Due on receipt", "x" * 500} < set(terms)
    assert [row.remote_id for name, row in terms.items() if name.lower() == "net 30"] == ["net 30"]
    assert len(terms["x" * 500].remote_id) == 120


@pytest.mark.parametrize("status", [403, 404])
def test_a_project_one_may_not_see_is_left_out_and_named(
    sandboxes: Any, projects: list[RemoteItem], status: int
) -> None:
    first, second = projects[:2]
    hidden = add_location(sandboxes, first, "Roof")
    add_location(sandboxes, second, "Yard")
    reading("locations", "procore")
    at_procore(sandboxes, "DELETE", f"projects/{first.remote_id}/locations/{hidden['id']}")
    refuse(sandboxes, f"projects/{first.remote_id}/locations", status=status)
    told = reading("locations", "procore")
    assert (told.state, told.inactivated) == ("done", 0)
    assert told.message == (
        f"1 project was left out, because the connected user may not read this list there: {label(first)}."
    )
    assert rows_of(procore.LOCATIONS)[f"Roof, {label(first)}"].is_active
    allow_all(sandboxes)
    assert reading("locations", "procore").inactivated == 1


def test_without_one_project_to_read_it_stops(sandboxes: Any, projects: list[RemoteItem]) -> None:
    refuse(sandboxes, "/locations")
    stopped = reading("locations", "procore")
    assert (stopped.state, stopped.read) == ("failed", 0)
    assert stopped.message == "The connected user may not read this list. Ask an administrator of Procore."


def test_a_term_of_a_project_left_out_is_not_missing(sandboxes: Any, projects: list[RemoteItem]) -> None:
    project = projects[0]
    order = {"title": "Order", "number": "PT-1", "payment_terms": "Net 45"}
    body = {"project_id": int(project.remote_id), "purchase_order_contract": order}
    made = at_procore(sandboxes, "POST", f"purchase_order_contracts?project_id={project.remote_id}", body)
    reading("terms", "procore")
    at_procore(sandboxes, "DELETE", f"purchase_order_contracts/{made['id']}?project_id={project.remote_id}")
    refuse(sandboxes, f"purchase_order_contracts.*project_id={projects[1].remote_id}")
    assert reading("terms", "procore").inactivated == 0
    assert rows_of(procore.PAYMENT_TERMS)["Net 45"].is_active
    allow_all(sandboxes)
    assert reading("terms", "procore").inactivated == 1


def test_rows_of_a_closed_project_are_not_open_for_mapping(sandboxes: Any, projects: list[RemoteItem]) -> None:
    add_location(sandboxes, projects[0], "Roof")
    reading("locations", "procore")
    at_procore(sandboxes, "PATCH", f"projects/{projects[0].remote_id}", {"project": {"active": False}})
    done = reading("locations", "procore")
    assert done.inactivated == 0
    roof = rows_of(procore.LOCATIONS)[f"Roof, {label(projects[0])}"]
    assert (roof.is_active, roof.vanished_at) == (False, None)
    at_procore(sandboxes, "PATCH", f"projects/{projects[0].remote_id}", {"project": {"active": True}})
    reading("locations", "procore")
    assert rows_of(procore.LOCATIONS)[f"Roof, {label(projects[0])}"].is_active


def test_of_too_many_projects_each_has_its_turn(projects: list[RemoteItem], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_lists, "MOST_PROJECTS", len(projects) - 1)
    left, _ = both()
    first, is_all = project_lists.choose_sites(left, procore.LOCATIONS)
    assert (len(first), is_all) == (len(projects) - 1, False)
    done = reading("locations", "procore")
    assert done.message == f"{len(projects) - 1:,} projects were read. Refresh again for the others."
    second, _ = project_lists.choose_sites(left, procore.LOCATIONS)
    assert second[0].id not in {site.id for site in first}


def test_the_page_can_tell_which_project_is_read(projects: list[RemoteItem], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    read = project_lists.PROJECT_LISTS[procore.LOCATIONS.key]

    def look(step: Any, site: Any) -> None:
        told.append(Refresh.objects.get().message)
        read(step, site)

    Refresh.objects.all().delete()
    monkeypatch.setitem(project_lists.PROJECT_LISTS, procore.LOCATIONS.key, look)
    refresh_section("locations", "procore", progress=Refresh.objects.create(section="locations", side="procore"))
    assert told[0] == f"{label(projects[0])}, project 1 of {len(projects)}"
    assert len(told) == len(projects)
