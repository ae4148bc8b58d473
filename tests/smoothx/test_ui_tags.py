from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from smoothx.lib.shapes import Action, RowButton
from smoothx.pages.templatetags import ui


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-1234.5"), "−1,234.50"),
        (Decimal("128336.405"), "128,336.41"),
        (Decimal("-0.004"), "0.00"),
        (Decimal("0"), "0.00"),
        (7, "7.00"),
        (None, ""),
    ],
)
def test_money_has_two_places_and_a_true_minus(value: Decimal | int | None, shown: str) -> None:
    assert ui.money(value) == shown


def test_money_refuses_a_float() -> None:
    with pytest.raises(TypeError, match="float"):
        ui.money(12.5)  # type: ignore[arg-type]


def test_count_sets_thousands_apart() -> None:
    assert [ui.count(value) for value in (0, 999, 1284, -1284, None)] == ["0", "999", "1,284", "−1,284", ""]


def test_dates_and_times_are_in_the_active_time_zone() -> None:
    at = datetime(2026, 3, 14, 3, 8, 9, tzinfo=UTC)
    with timezone.override(ZoneInfo("America/Denver")):
        assert ui.day(at) == "13 Mar 2026"
        assert ui.weekday(at) == "Friday 13 Mar 2026"
        assert ui.clock(at) == "21:08"
        assert ui.clock(at, "seconds") == "21:08:09"
        assert ui.moment(at) == "13 Mar 2026, 21:08"


def test_a_plain_date_does_not_move() -> None:
    with timezone.override(ZoneInfo("America/Denver")):
        assert ui.day(date(2026, 2, 2)) == "2 Feb 2026"
    assert (ui.day(None), ui.clock(None), ui.moment(None), ui.weekday(None)) == ("", "", "", "")


def test_icon_points_into_the_sprite_and_is_hidden_from_readers() -> None:
    assert render('{% icon "link" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/icons/sprite.svg#link"/></svg>'
    )
    assert 'class="i i--s"' in render('{% icon "link" "i--s" %}')
    assert "#octagon" in render('{% icon "blocked" %}')
    assert "#triangle" in render('{% icon "warn" %}')


@pytest.mark.parametrize(("key", "label"), [(key, state.label) for key, state in ui.STATES.items()])
def test_every_state_shows_its_icon_and_its_word(key: str, label: str) -> None:
    html = render("{% state_badge key %}", key=key)
    assert html.startswith(f'<span class="state state--{key}"><svg')
    assert html.endswith(f"</svg>{label}</span>")


def test_an_unknown_state_is_shown_rather_than_hidden() -> None:
    assert "Target deleted" in render("{% state_badge key %}", key="target_deleted")


def test_a_state_may_carry_another_word() -> None:
    html = render("{% state_badge key label %}", key="posted_with_warnings", label="QB Bill <Code>")
    assert html.endswith("QB Bill &lt;Code&gt;</span>")


def test_side_mark_names_the_side_when_its_word_does_not() -> None:
    assert render('{% side_mark "procore" %}') == '<span class="side side--procore">Procore</span>'
    assert render('{% side_mark "quickbooks" "Bill 4471" %}') == (
        '<span class="side side--quickbooks"><span class="sr">QuickBooks: </span>Bill 4471</span>'
    )
    assert "&lt;b&gt;" in render('{% side_mark "procore" name %}', name="<b>")


def test_score_bar_keeps_the_bar_inside() -> None:
    assert 'width="71"' in render("{% score_bar 71 %}")
    html = render("{% score_bar 130 %}")
    assert 'width="100"' in html
    assert html.endswith("</svg>130</span>")


def test_changing_a_parameter_goes_back_to_page_one() -> None:
    query = QueryDict("q=smith&page=4&state=blocked")
    assert ui.change_query(query, state="held") == "?q=smith&state=held"
    assert ui.change_query(query, page=5) == "?q=smith&page=5&state=blocked"
    assert ui.change_query(query, q=None, state="") == "?"


def test_query_string_reads_the_current_address() -> None:
    request = RequestFactory().get("/activity/", {"q": "a&b", "sort": "name"})
    assert render('{% query_string sort="-name" %}', request=request) == "?q=a%26b&amp;sort=-name"


def test_undo_address_travels_in_the_message_tags() -> None:
    message = Message(constants.SUCCESS, "Linked", extra_tags="undo:/mapping/undo/17/")
    assert ui.undo_url(message) == "/mapping/undo/17/"
    assert ui.is_toast(message) is True
    assert ui.undo_url(Message(constants.SUCCESS, "Linked")) == ""
    assert ui.is_toast(Message(constants.ERROR, "No answer")) is False


class SettingsForm(forms.Form):
    code = forms.ChoiceField(choices=[("", "Empty"), ("1", "5290")], required=True)
    days = forms.IntegerField(widget=forms.NumberInput(attrs={"class": "num"}))
    note = forms.CharField(widget=forms.Textarea)
    upload = forms.FileField()
    is_on = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("c", "Category")], widget=forms.RadioSelect)


def test_control_gives_each_widget_its_class() -> None:
    form = SettingsForm()
    classes = {
        name: render("{% control field %}", field=form[name]) for name in ("code", "days", "note", "upload", "is_on")
    }
    assert 'class="select"' in classes["code"]
    assert 'class="input num"' in classes["days"]
    assert 'class="textarea"' in classes["note"]
    assert 'class="input input--file"' in classes["upload"]
    assert 'class="check"' in classes["is_on"]
    assert [ui.control_kind(form[name]) for name in ("code", "is_on", "kind")] == ["control", "switch", "segments"]


def test_control_says_what_is_wrong_with_it() -> None:
    form = SettingsForm(data={})
    form.is_valid()
    html = render('{% control field described_by="id_code_error" %}', field=form["code"])
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_code_error"' in html
    assert "aria-invalid" not in render("{% control field %}", field=SettingsForm()["code"])


def test_action_posts_with_its_hidden_fields() -> None:
    item = {"label": "Pause sync", "url": "/pause/", "method": "post", "fields": {"why": "x"}, "icon": "pause"}
    html = render("{% action item %}", item=item, csrf_token="token-1")
    assert '<form class="btn-form" method="post" action="/pause/">' in html
    assert 'name="csrfmiddlewaretoken" value="token-1"' in html
    assert '<input type="hidden" name="why" value="x">' in html


def test_action_opens_a_dialog_by_address() -> None:
    html = render('{% action item "btn--s" %}', item={"label": "Unlink", "url": "/unlink/", "dialog": True})
    assert 'class="btn btn--s" href="/unlink/"' in html
    assert 'hx-get="/unlink/" hx-target="#dialog"' in html


def test_an_action_that_cannot_be_used_says_why_beside_it() -> None:
    html = render("{% action item %}", item={"label": "Go live", "url": "/", "disabled_reason": "3 blockers."})
    assert 'aria-disabled="true" aria-describedby="why-go-live"' in html
    assert '<span class="help" id="why-go-live">3 blockers.</span>' in html
    assert "href" not in html


def test_pager_counts_rows_and_links_neighbours() -> None:
    page = {"first": 1, "last": 15, "total": 1284, "previous_url": None, "next_url": "?page=2"}
    html = render('{% pager page "Newer" "Older" %}', page=page)
    assert "1 to 15 of 1,284" in html
    assert 'href="?page=2">Older</a>' in html
    assert 'aria-disabled="true">Newer</button>' in html
    assert render("{% pager page %}", page={"first": 0, "last": 0, "total": 0}).strip() == ""


def test_buttons_of_a_row_open_a_dialog_or_post_and_escape_what_they_name() -> None:
    buttons = [
        RowButton(id="link--7", url="/link/7/?a=1&b=2", icon="link", title="Link", label='Link "A & B"'),
        RowButton(id="out--7", url="/out/", icon="slash", title="Out", label="Out", posts=True, fields={"id": "7"}),
    ]
    request = RequestFactory().get("/rows/?q=a&page=2")
    html = render(
        "{% hidden_fields as hidden %}{% row_buttons buttons hidden %}"
        '{% live_button act hidden "btn--s" "x--7" name %}',
        act=Action(label="Link", url="/pair/7/", method="post"),
        name="Link <A> to B",
        buttons=buttons,
        request=request,
        csrf_token="t",
    )
    link, rest = html.split("</a>")
    form, live = rest.split("</form>")[:2]
    assert 'action="/pair/7/" hx-post="/pair/7/"' in live
    assert live.endswith('<button class="btn btn--s" id="x--7" aria-label="Link &lt;A&gt; to B">Link</button>')
    assert 'id="link--7" href="/link/7/?a=1&amp;b=2" data-dialog' in link
    assert 'aria-label="Link &quot;A &amp; B&quot;"' in link
    assert form.startswith('<form class="btn-form" method="post" action="/out/"')
    names = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    assert names == [("csrfmiddlewaretoken", "t"), ("next", "/rows/?q=a&amp;page=2"), ("id", "7")]


def test_an_address_breaks_at_its_signs_and_other_text_stays_as_it_is() -> None:
    text = "Vendor, Smith & Co. <b>, accounts.payable@smith-electric.example, (720) 555-0177"
    assert render("{{ text|breakable }}", text=text) == (
        "Vendor, Smith &amp; Co. &lt;b&gt;, accounts<wbr>.payable@<wbr>smith-electric<wbr>.example, (720) 555-0177"
    )
