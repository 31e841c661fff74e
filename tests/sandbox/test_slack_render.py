"""Messages and modals are drawn as safe HTML whose forms post what the sandbox's people can do."""

from html.parser import HTMLParser
from typing import Any

import pytest

from sandbox.slack.block_kit import message_faults
from sandbox.slack.inputs import typed_values
from sandbox.slack.mrkdwn import Reader
from sandbox.slack.render import home_html, message_html, reactions_html, view_html
from sandbox.slack.screen import Screen

Json = dict[str, Any]
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def screen(**more: Any) -> Screen:
    names = {"UANNA": "Anna"}, {"CLEADS": "leads"}
    return Screen(Reader(*names), "/press", {"ts": "1.5"}, *names, **more)


class Page(HTMLParser):
    """Elements with their attributes, and texts; whether all that was opened is closed."""

    VOID = ("input", "img", "br", "hr")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def fields(self) -> list[tuple[str | None, str | None]]:
        return [(one.get("name"), one.get("value")) for one in self.all("input")]


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Opt out"), "action_id": "opt_out", "value": "7", **more}


def drawn(*elements: Json) -> Page:
    return Page(message_html([{"type": "actions", "block_id": "b", "elements": list(elements)}], "", screen()))


def test_button_posts_what_was_pressed() -> None:
    """A button is a form with the action id, its value and the page's own fields."""
    page = drawn(button(style="danger", accessibility_label="Opt out Max"))

    assert page.all("form") == [{"method": "post", "action": "/press"}]
    assert page.fields() == [("ts", "1.5"), ("action_id", "opt_out"), ("value", "7")]
    assert page.all("button") == [{"class": "button danger", "aria-label": "Opt out Max"}]


def test_confirmation_stands_before_the_form() -> None:
    """A button with a confirm opens a question; only the answer posts."""
    confirm = {"title": plain("Sure?"), "text": mrkdwn("For *good*."), "confirm": plain("Stop"), "deny": plain("No")}
    page = drawn(button(confirm=confirm))

    assert [name for name, _ in page.elements if name in ("details", "summary", "form", "button")] == [
        "details",
        "summary",
        "form",
        "button",
    ]
    assert all(word in page.text for word in ("Opt out", "Sure?", "For good.", "Stop", "No"))


def test_link_button_is_a_link() -> None:
    """It leads to the web, never to a script."""
    assert drawn(button(url="https://x.example")).all("a")[0]["href"] == "https://x.example"
    assert drawn(button(url="javascript:alert(1)")).all("a") == []


def test_overflow_entries_post_their_value() -> None:
    """Each entry is a form with its option."""
    options = [{"text": plain("Share"), "value": "share"}, {"text": plain("All clicks"), "value": "all"}]
    page = drawn({"type": "overflow", "action_id": "more", "options": options})

    assert [value for name, value in page.fields() if name == "option"] == ["share", "all"]
    assert page.all("summary")[0]["aria-label"] == "More actions"


@pytest.mark.parametrize(
    ("element", "values"),
    [
        ({"type": "users_select"}, ["", "UANNA"]),
        ({"type": "conversations_select"}, ["", "CLEADS"]),
        ({"type": "static_select", "options": [{"text": plain(), "value": "a"}]}, ["", "a"]),
        ({"type": "multi_users_select"}, ["UANNA"]),
        (
            {
                "type": "static_select",
                "option_groups": [{"label": plain("g"), "options": [{"text": plain(), "value": "a"}]}],
            },
            ["", "a"],
        ),
    ],
)
def test_selects_offer_their_choices(element: Json, values: list[str]) -> None:
    """Selects in messages are forms of their own with a button to send the choice."""
    page = drawn({"action_id": "choose", **element})

    assert [one["value"] for one in page.all("option")] == values
    assert (page.all("select")[0]["name"], len(page.all("button"))) == ("option", 1)


OPTIONS = [{"text": mrkdwn("*a*"), "value": "a"}, {"text": plain("b"), "value": "b"}]
INPUTS: list[tuple[Json, dict[str, str]]] = [
    ({"type": "plain_text_input", "multiline": True, "initial_value": "x"}, {}),
    ({"type": "plain_text_input", "max_length": 3, "initial_value": "x"}, {"type": "text", "maxlength": "3"}),
    ({"type": "email_text_input"}, {"type": "email"}),
    ({"type": "url_text_input"}, {"type": "url"}),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1"}, {"type": "number", "min": "1"}),
    ({"type": "datepicker", "initial_date": "2026-11-25"}, {"type": "date", "value": "2026-11-25"}),
    ({"type": "timepicker"}, {"type": "time"}),
    (
        {"type": "datetimepicker", "initial_date_time": 1764060000},
        {"type": "datetime-local", "value": "2025-11-25T09:40"},
    ),
    ({"type": "checkboxes", "options": OPTIONS}, {"type": "checkbox", "value": "a"}),
    ({"type": "radio_buttons", "options": OPTIONS}, {"type": "radio", "value": "a"}),
]


def modal(*blocks: Json) -> Json:
    return {"type": "modal", "title": plain("Dismiss"), "submit": plain("Send"), "blocks": list(blocks)}


def asking(element: Json, **more: Any) -> Json:
    element = {"action_id": "a", **element}
    return {"type": "input", "block_id": "why", "label": plain("Why?"), "element": element, **more}


def shown(view: Json, **more: Any) -> Page:
    return Page(view_html(view, screen(**more), "/submit", "/close"))


@pytest.mark.parametrize(("element", "attributes"), INPUTS, ids=[one[0]["type"] for one in INPUTS])
def test_inputs_belong_to_the_modal(element: Json, attributes: dict[str, str]) -> None:
    """Every input has a label, belongs to the modal's form, and is named for its block and action."""
    page = shown(modal(asking(element)))
    controls = [one for tag in ("input", "textarea") for one in page.all(tag) if one.get("name") == "why/a"]

    assert "Why?" in page.text
    assert controls[0]["form"] == page.all("form")[0]["id"]
    assert attributes.items() <= controls[0].items()
    assert page.all("label")


def test_modal_can_be_sent_and_closed() -> None:
    """A dialog with its title, two forms, and buttons as the app called them."""
    page = shown(modal(asking({"type": "plain_text_input"}, optional=True, hint=plain("short"))))

    assert page.all("dialog")[0]["aria-labelledby"] == page.all("h3")[0]["id"]
    assert [one["action"] for one in page.all("form")] == ["/submit", "/close"]
    assert all(word in page.text for word in ("Dismiss", "Cancel", "Send", "(optional)", "short"))
    assert "required" not in page.all("input")[1]


def test_what_was_typed_and_objected_to_is_shown() -> None:
    """State and errors come back into the form."""
    values = {"why": {"a": {"type": "plain_text_input", "value": "competitor"}}}
    page = shown(modal(asking({"type": "plain_text_input"})), values=values, errors={"why": "Too short."})

    assert ("why/a", "competitor") in page.fields()
    assert "Too short." in page.text


def test_posted_form_is_read_as_state() -> None:
    """What the form posts becomes the state that Slack tells the app."""
    blocks = [
        asking({"type": "plain_text_input"}),
        asking({"type": "checkboxes", "options": OPTIONS}) | {"block_id": "which"},
        asking({"type": "users_select"}) | {"block_id": "who"},
        asking({"type": "datepicker"}) | {"block_id": "when"},
        asking({"type": "datetimepicker"}) | {"block_id": "from"},
        asking({"type": "datetimepicker"}) | {"block_id": "until"},
    ]
    given = {"why/a": ["x"], "which/a": ["a", "b"], "who/a": ["UANNA"], "when/a": [""]}
    moments = {"from/a": ["2025-11-25T09:40", "Europe/Berlin"], "until/a": ["", "Europe/Berlin"]}
    values = typed_values(blocks, {**given, **moments})

    assert values == {
        "why": {"a": {"type": "plain_text_input", "value": "x"}},
        "which": {"a": {"type": "checkboxes", "selected_options": OPTIONS}},
        "who": {"a": {"type": "users_select", "selected_user": "UANNA"}},
        "when": {"a": {"type": "datepicker", "selected_date": None}},
        "from": {"a": {"type": "datetimepicker", "selected_date_time": 1764060000}},
        "until": {"a": {"type": "datetimepicker", "selected_date_time": None}},
    }


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": HOSTILE, "style": {"bold": True}},
                        {"type": "link", "url": "javascript:alert(1)", "text": "click"},
                        {"type": "user", "user_id": "UANNA"},
                        {"type": "emoji", "name": "tada"},
                    ],
                }
            ],
        }
    ],
}
PICTURE = {"type": "image", "image_url": f"https://x.example/{HOSTILE.replace(' ', '+')}", "alt_text": HOSTILE}
EVERYTHING: list[Json] = [
    {"type": "header", "text": plain(HOSTILE)},
    {"type": "section", "text": mrkdwn(HOSTILE), "fields": [mrkdwn(HOSTILE), plain(HOSTILE)], "accessory": button()},
    {"type": "context", "elements": [mrkdwn(HOSTILE), PICTURE]},
    PICTURE | {"title": plain(HOSTILE)},
    {"type": "actions", "elements": [button(text=plain(HOSTILE[:70]), value=HOSTILE, accessibility_label=HOSTILE)]},
    {"type": "divider"},
    {"type": "markdown", "text": f"# {HOSTILE}\n- **{HOSTILE}** `{HOSTILE}`"},
    {"type": "data_table", "caption": HOSTILE, "rows": [[{"type": "raw_text", "text": HOSTILE}]] * 2},
    asking({"type": "plain_text_input", "initial_value": HOSTILE, "placeholder": plain(HOSTILE)}, hint=plain(HOSTILE)),
    RICH,
]  # fmt: skip


def test_hostile_names_stay_text() -> None:
    """Wherever a name can stand, it makes no element and no attribute, and the page stays well-formed."""
    assert message_faults(EVERYTHING) == []

    page = Page(message_html(EVERYTHING, "", screen()))

    assert page.all("script") == []
    assert all("onerror" not in attributes for _, attributes in page.elements)
    assert [one["src"] for one in page.all("img") if one["src"] == "x"] == []
    assert not any(str(one.get("href", "")).startswith("javascript") for one in page.all("a"))
    assert page.text.count("<script>alert(1)</script>") >= 9


def test_files_are_shown_where_they_are() -> None:
    """The caller says where an uploaded picture is; elsewhere its description stands for it."""
    blocks = [{"type": "image", "slack_file": {"id": "F000000001"}, "alt_text": "5 clicks"}]
    found = Page(message_html(blocks, "", screen(file_url=lambda file_id: f"/files/{file_id}")))
    lost = Page(message_html(blocks, "", screen()))

    assert found.all("img")[0]["src"] == "/files/F000000001"
    assert (lost.all("img"), "5 clicks" in lost.text) == ([], True)


def test_text_alone() -> None:
    """A message without blocks shows its text; unknown blocks say that they are not drawn."""
    assert "<strong>New</strong> lead" in message_html([], "*New* lead", screen())
    assert "[plan]" in message_html([{"type": "plan", "title": "x"}], "", screen())


def test_home_and_reactions() -> None:
    """A home is a section with a name; reactions are counted."""
    assert Page(home_html({"type": "home", "blocks": [RICH]}, screen())).all("section")[0]["aria-label"] == "Home"
    assert "👀" in reactions_html({"eyes": ["UANNA"]})
    assert reactions_html({}) == ""
