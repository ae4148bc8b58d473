"""The import pages: what mapping/import.html and mapping/import_run.html read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse

from mapping.exports import headings_of
from mapping.imports.cells import unpack
from mapping.imports.files import MEGABYTE, MOST_BYTES, MOST_ROWS
from mapping.imports.preview import PUT_AWAY, content_of_run, count_rows, is_put_away, newer_of
from mapping.imports.rows import SHEET_STEP
from mapping.imports.tasks import is_lost, is_running
from mapping.imports.verdicts import CHOOSABLE, LINKED, NOT_TAKEN, UNDONE, VERDICTS
from mapping.models import MappingRun, RunRow
from mapping.page.import_rows import RowsQuery, count_shown, list_rows
from mapping.screens import SECTIONS, Section
from smoothx.lib.shapes import Action, Choice, Empty, Notice, Progress

MOST_EARLIER = 10
SAMPLE_ROWS = 3
# A column of names may hold numbers too: each cell is read as what it is.
LENIENT = {"right_name": "QuickBooks name or number"}
LOST = "The work stopped before its end, and nothing was linked."
STATES = {
    "preview": "To be confirmed",
    "done": "Linked",
    "failed": "Stopped",
    "waiting": "Waiting",
    "running": "Running",
}


def import_links(section_key: str, *, can_change: bool) -> dict[str, str]:
    """The addresses of a section's Import and Export buttons; import is for those who may change the mapping."""
    return {
        "import_url": reverse("mapping:import", args=[section_key]) if can_change else "",
        "export_url": reverse("mapping:export_xlsx", args=[section_key]),
        "export_csv_url": reverse("mapping:export_csv", args=[section_key]),
    }


def start_context(section: Section, *, error: str = "") -> dict[str, Any]:
    """`file_columns` are the headings of our own format."""
    runs = MappingRun.objects.filter(what=MappingRun.What.IMPORT, section=section.key).select_related("started_by")
    runs = runs.exclude(options__has_key=PUT_AWAY)
    return {
        "section": section,
        "home_url": reverse("mapping:section", args=[section.key]),
        "action_url": reverse("mapping:import", args=[section.key]),
        "error": error,
        "most_bytes": MOST_BYTES,
        "most_megabytes": MOST_BYTES // MEGABYTE,
        "most_rows": MOST_ROWS,
        "file_columns": list(headings_of(section).values()),
        "right_noun": " or ".join(kind.right_noun.lower() for kind in section.kinds),
        "downloads": [
            Action(label=label, url=reverse(name, args=[section.key]), icon="upload")
            for label, name in (
                ("Template (XLSX)", "mapping:template_xlsx"),
                ("Template (CSV)", "mapping:template_csv"),
                ("Export (XLSX)", "mapping:export_xlsx"),
                ("Export (CSV)", "mapping:export_csv"),
            )
        ],
        "earlier": [_earlier(run) for run in runs.order_by("-pk")[:MOST_EARLIER]],
    }


def _earlier(run: MappingRun) -> dict[str, Any]:
    return {
        "name": run.options.get("file") or "A file",
        "url": reverse("mapping:import_run", args=[run.pk]),
        "at": run.at,
        "by": name_of_person(run.started_by),
        "count": run.linked,
        "state": "Undone" if run.undone_at else STATES[run.state],
    }


def name_of_person(person: Any) -> str:
    return (person.get_full_name() or person.email.partition("@")[0]) if person else ""


def run_context(run: MappingRun, query: RowsQuery) -> dict[str, Any]:
    section = SECTIONS[run.section]
    progress = _progress(run)
    counts = {} if progress else count_rows(run)
    total = sum(rows for rows, _ in counts.values())
    rows, page = list_rows(run, query, total=count_shown(counts, query))
    is_preview = run.state == MappingRun.State.PREVIEW
    return {
        "run": run,
        "section": section,
        "home_url": reverse("mapping:section", args=[section.key]),
        "start_url": reverse("mapping:import", args=[section.key]),
        "file": run.options.get("file", ""),
        "by": name_of_person(run.started_by),
        "progress": progress,
        "is_preview": is_preview,
        **_put_away(run),
        "notices": [] if progress else list(_notices(run, section, counts)),
        "other_list": _other_list(run, section) if is_preview else None,
        "columns": _columns(run, section) if is_preview else None,
        "chips": _chips(run, counts, query, total),
        "query": query,
        "rows": [] if progress else rows,
        "has_choosable": any(row["is_choosable"] for row in rows),
        "page": page,
        "total": total,
        "empty": _empty(query),
        "report_url": reverse("mapping:import_report", args=[run.pk]) + query.url(),
        "choose_url": reverse("mapping:import_choose", args=[run.pk]),
        "left_noun": f"Procore {section.left_noun}",
        "right_noun": "QuickBooks " + " or ".join(kind.right_noun.lower() for kind in section.kinds),
        **_buttons(run, counts),
    }


def _rows(run: MappingRun) -> QuerySet[RunRow]:
    rows: QuerySet[RunRow] = RunRow.objects.filter(run=run)
    return rows


def _progress(run: MappingRun) -> Progress | None:
    if not is_running(run):
        return None
    label = "Linking" if run.options.get("step") == "link" else "Comparing the rows"
    return Progress(label=label, done=run.done, total=run.expected)


def _buttons(run: MappingRun, counts: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """What can be done with the run as a whole."""
    chosen = sum(counts.get(code, (0, 0))[1] for code in CHOOSABLE)
    buttons: dict[str, Any] = {"commit": None, "discard": None, "undo": None, "chosen": chosen}
    if run.state == MappingRun.State.PREVIEW:
        label = f"Link {chosen:,} row{'' if chosen == 1 else 's'}"
        buttons["commit"] = _post(label, "mapping:import_commit", run, variant="main", icon="link") if chosen else None
        buttons["discard"] = _post("Discard", "mapping:import_discard", run, variant="quiet")
    elif run.state == MappingRun.State.DONE and run.linked and run.undone_at is None:
        fields = {"next": reverse("mapping:import_run", args=[run.pk])}
        buttons["undo"] = _post("Undo the import", "mapping:undo_run", run, icon="undo", fields=fields)
    return buttons


def _post(label: str, name: str, run: MappingRun, **more: Any) -> Action:
    return Action(label=label, url=reverse(name, args=[run.pk]), method="post", **more)


def _notices(run: MappingRun, section: Section, counts: dict[str, tuple[int, int]]) -> list[Notice]:
    if is_put_away(run):
        return [_put_away_notice(run, section)]
    if run.undone_at is not None:
        text = (
            "What it had replaced is linked again."
            if run.options.get("replaced")
            else "What it had linked is unlinked."
        )
        return [Notice(severity="info", title="This import is undone.", text=text)]
    if run.state == MappingRun.State.DONE:
        return [_done_notice(run)]
    if run.state != MappingRun.State.PREVIEW:
        again = _post("Open the preview again", "mapping:import_reopen", run)
        message = LOST if is_lost(run) else run.message
        return [Notice(severity="bad", title="The import stopped.", text=message, action=again)]
    warnings = [Notice(severity="warn", title="Look at the columns.", text=text) for text in run.options["warnings"]]
    return [*_content_notice(run, section), *warnings, *_replace_notice(run, counts)]


def _put_away(run: MappingRun) -> dict[str, str]:
    """How it ended and who did that, of a preview that is no more."""
    if not is_put_away(run):
        return {"put_away": "", "put_away_by": ""}
    away = run.options[PUT_AWAY]
    person = get_user_model().objects.filter(pk=away["by"]).first()
    return {"put_away": "Replaced" if away["newer"] else "Discarded", "put_away_by": name_of_person(person)}


def _put_away_notice(run: MappingRun, section: Section) -> Notice:
    newer = newer_of(run)
    if newer is None:
        action = Action(label="Import a file", url=reverse("mapping:import", args=[section.key]))
        return Notice(severity="info", title="This import was discarded.", text="Nothing was linked.", action=action)
    action = Action(label="Open the newer import", url=reverse("mapping:import_run", args=[newer.pk]))
    text = f"It is {newer.options.get('file') or 'another file'}. Nothing was linked by this one."
    return Notice(severity="info", title="A newer upload took the place of this import.", text=text, action=action)


def _done_notice(run: MappingRun) -> Notice:
    refused, replaced = run.options.get("refused", 0), run.options.get("replaced", 0)
    title = f"{run.linked:,} pair{'' if run.linked == 1 else 's'} linked"
    title += f", {replaced:,} of them in place of another." if replaced else "."
    if not refused:
        return Notice(severity="info", title=title, text="The whole import can be undone.")
    text = f"{refused:,} row{'' if refused == 1 else 's'} could not be linked any more. The reason is beside each."
    return Notice(severity="warn", title=title, text=text)


def _content_notice(run: MappingRun, section: Section) -> list[Notice]:
    content = content_of_run(run)
    right = " or ".join(kind.right_noun.lower() for kind in section.kinds)
    if content == "unknown":
        text = "Say below which column holds the Procore side, and which the QuickBooks side."
        return [Notice(severity="warn", title="The columns were not recognised.", text=text)]
    if content == "mapping" or run.options["is_paired"]:
        return []
    left, lefts = section.left_noun, section.left_noun_plural
    title = f"This is a list of Procore {lefts}. It names no {right}, so it is not a mapping yet."
    if content == "right":
        title = f"This is a list out of QuickBooks. It names no Procore {left}, so it is not a mapping yet."
    if not _can_pair(run, section):
        text = f"Import the Procore list of {lefts}, and add this one there."
        return [Notice(severity="warn", title=title, text=text)]
    suggest = _post("Suggest partners", "mapping:import_pair", run)
    text = "Have partners suggested, or add the other list."
    return [Notice(severity="warn", title=title, text=text, action=suggest)]


def _can_pair(run: MappingRun, section: Section) -> bool:
    """A row of the file gets one partner, so a QuickBooks list is paired only where each is linked once."""
    content = content_of_run(run)
    return content == "left" or (content == "right" and all(kind.is_one_to_one for kind in section.kinds))


def _replace_notice(run: MappingRun, counts: dict[str, tuple[int, int]]) -> list[Notice]:
    replaces = run.options["replaces"]
    # Of those to be replaced some may be left out.
    count = counts.get("replace", (0, 0))[1] if replaces else counts.get("linked", (0, 0))[0]
    if not replaces and not count:
        return []
    rows = f"{count:,} row{'' if count == 1 else 's'}" if count else "No row"
    if replaces:
        keep = _post("Keep existing links", "mapping:import_replace", run, fields={"replaces": "0"})
        title = f"{rows} will take the place of an existing link."
        return [Notice(severity="warn", title=title, text="Undoing the import brings those back.", action=keep)]
    change = _post("Replace existing links", "mapping:import_replace", run, fields={"replaces": "1"})
    title = f"{rows} would change a link that is there. Those links stay as they are."
    return [Notice(severity="info", title=title, action=change)]


def _other_list(run: MappingRun, section: Section) -> dict[str, str] | None:
    content = content_of_run(run)
    if run.options["is_paired"] or not _can_pair(run, section):
        return None
    other = "the QuickBooks list" if content == "left" else f"the list of Procore {section.left_noun_plural}"
    return {"url": reverse("mapping:import_add", args=[run.pk]), "label": f"Add {other}"}


def _columns(run: MappingRun, section: Section) -> dict[str, Any]:
    """The columns of the sheet in use: heading, first values, and what it may mean."""
    options = run.options
    base = options["sheet"] * SHEET_STEP
    rows = _rows(run).filter(number__gt=base, number__lt=base + SHEET_STEP).order_by("number")
    heading = rows.filter(number=base + options["header_row"]).values_list("data__cells", flat=True).first() or []
    below = rows.filter(number__gt=base + options["header_row"]).values_list("data__cells", flat=True)[:SAMPLE_ROWS]
    return {
        "url": reverse("mapping:import_columns", args=[run.pk]),
        "sheet": options["sheet"],
        "sheets": [
            Choice(str(place), f"{sheet['name']} ({sheet['rows']:,})", place == options["sheet"])
            for place, sheet in enumerate(options["sheets"])
        ],
        "header_row": options["header_row"],
        "is_open": content_of_run(run) == "unknown",
        "list": [
            _column(place, meaning, heading, list(below), section) for place, meaning in enumerate(options["meanings"])
        ],
    }


def _column(place: int, meaning: str, heading: list[Any], below: list[list[Any]], section: Section) -> dict[str, Any]:
    values = [unpack(cells[place]).text for cells in below if place < len(cells)]
    own = headings_of(section)
    choices = [Choice("", "Not used", meaning == "")]
    choices += [Choice(key, LENIENT.get(key, own[key]), meaning == key) for key in own if key not in ("how", "when")]
    return {
        "name": f"column_{place}",
        "heading": unpack(heading[place]).text if place < len(heading) else f"Column {place + 1}",
        "values": ", ".join(value for value in values if value),
        "choices": choices,
        "is_used": bool(meaning),
    }


def _chips(run: MappingRun, counts: dict[str, tuple[int, int]], query: RowsQuery, total: int) -> list[dict[str, Any]]:
    """What becomes of the rows; what became of them once the import is finished."""
    told = [code for code in VERDICTS if code in counts]
    outcomes: list[dict[str, Any]] = []
    if run.state == MappingRun.State.DONE:
        outcomes = _outcome_chips(run, [counts[code] for code in told if code in CHOOSABLE], query)
        told = [code for code in told if code not in CHOOSABLE]
    verdicts = [_chip(code, VERDICTS[code].label, VERDICTS[code].group, counts[code][0], query) for code in told]
    return [_chip("", "All", "", total, query), *outcomes, *verdicts]


def _outcome_chips(run: MappingRun, counts: list[tuple[int, int]], query: RowsQuery) -> list[dict[str, Any]]:
    rows, linked = sum(each[0] for each in counts), sum(each[1] for each in counts)
    label = UNDONE if run.undone_at is not None else LINKED
    chips = [_chip("done", label, "ready", linked, query)] if linked else []
    return [*chips, _chip("out", NOT_TAKEN, "", rows - linked, query)] if rows > linked else chips


def _chip(code: str, label: str, group: str, count: int, query: RowsQuery) -> dict[str, Any]:
    icons = {"error": "octagon", "ready": "link", "ask": "question"}
    return {
        "key": code,
        "label": label,
        "icon": icons.get(group, ""),
        "count": count,
        "url": query.url(show=code),
        "is_current": query.show == code,
    }


def _empty(query: RowsQuery) -> Empty:
    if query.search or query.show:
        clear = Action(label="Clear the filter", url="?")
        return Empty(title="Nothing fits", text="No row fits this search and filter.", action=clear, icon="search")
    return Empty(title="No rows", text="The sheet holds no rows below its headings. Choose another sheet or row.")
