"""The sandbox Slack holds messages and views to every documented limit of Block Kit."""

from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, LEADS
from sandbox.slack.block_kit import message_faults, view_faults

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "a", **more}


def options(number: int, **more: Any) -> list[Json]:
    return [{"text": plain(), "value": str(place), **more} for place in range(number)]


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def section(**more: Any) -> list[Json]:
    return [{"type": "section", **more}]


def select(**more: Any) -> list[Json]:
    return actions({"type": "static_select", "action_id": "a", **more})


def overflow(*, number: int = 2, **more: Any) -> list[Json]:
    return actions({"type": "overflow", "action_id": "a", "options": options(number, **more)})


def confirm(**more: Any) -> list[Json]:
    whole = {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}
    return actions(button(confirm=whole))


def table(rows: int = 1, cells: int = 1, text: str = "x") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * cells] * rows}


def data_table(rows: int = 2, **more: Any) -> list[Json]:
    cells = [[{"type": "raw_text", "text": "x"}]] * rows
    return [{"type": "data_table", "caption": "Numbers", "rows": cells, **more}]


def pie(segments: int = 2, value: float = 1, **more: Any) -> Json:
    chart = {"type": "pie", "segments": [{"label": "a", "value": value}] * segments}
    return {"type": "data_visualization", "title": "Chart", "chart": chart, **more}


def bars(labels: list[str], categories: list[str]) -> list[Json]:
    series = [{"name": "Clicks", "data": [{"label": one, "value": 1} for one in labels]}]
    chart = {"type": "bar", "series": series, "axis_config": {"categories": categories}}
    return [{"type": "data_visualization", "title": "Chart", "chart": chart}]


PICTURE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"}
CARD = {"type": "card", "title": plain()}

# What is just allowed, what is just too much, and what Slack says of it.
LIMITS: list[tuple[str, list[Json], list[Json], str]] = [
    ("blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51, "no more than 50 items"),
    ("block_id", section(text=mrkdwn(), block_id="x" * 255), section(text=mrkdwn(), block_id="x" * 256), "256"),
    ("header", [{"type": "header", "text": plain("x" * 150)}], [{"type": "header", "text": plain("x" * 151)}], "151"),
    ("header type", [{"type": "header", "text": plain()}], [{"type": "header", "text": mrkdwn()}], "unsupported type"),
    ("section text", section(text=mrkdwn("x" * 3000)), section(text=mrkdwn("x" * 3001)), "less than 3001"),
    ("empty text", section(text=mrkdwn("x")), section(text=mrkdwn("")), "more than 0 characters"),
    ("section of nothing", section(text=mrkdwn()), section(), "missing required field"),
    ("fields", section(fields=[mrkdwn()] * 10), section(fields=[mrkdwn()] * 11), "no more than 10"),
    ("field", section(fields=[mrkdwn("x" * 2000)]), section(fields=[mrkdwn("x" * 2001)]), "less than 2001"),
    ("no field", section(text=mrkdwn(), fields=[mrkdwn()]), section(text=mrkdwn(), fields=[]), "no fewer than 1"),
    (
        "context",
        [{"type": "context", "elements": [mrkdwn()] * 10}],
        [{"type": "context", "elements": [mrkdwn()] * 11}],
        "no more than 10",
    ),
    (
        "actions",
        actions(*(button(action_id=str(one)) for one in range(25))),
        actions(*(button(action_id=str(one)) for one in range(26))),
        "no more than 25",
    ),
    ("action ids", actions(button(), button(action_id="b")), actions(button(), button()), "action_id already exists"),
    ("action_id", actions(button(action_id="x" * 255)), actions(button(action_id="x" * 256)), "less than 256"),
    ("button text", actions(button(text=plain("x" * 75))), actions(button(text=plain("x" * 76))), "less than 76"),
    ("button value", actions(button(value="x" * 2000)), actions(button(value="x" * 2001)), "less than 2001"),
    ("button url", actions(button(url="https://x.example")), actions(button(url="x.example")), "valid URL"),
    ("long url", actions(button(url="https://" + "x" * 2992)), actions(button(url="https://" + "x" * 2993)), "3001"),
    ("style", actions(button(style="danger")), actions(button(style="warning")), "must be one of"),
    (
        "accessibility label",
        actions(button(accessibility_label="x" * 75)),
        actions(button(accessibility_label="x" * 76)),
        "less than 76",
    ),
    ("unknown property", actions(button()), actions(button(colour="red")), "invalid additional property: colour"),
    ("confirm title", confirm(title=plain("x" * 100)), confirm(title=plain("x" * 101)), "less than 101"),
    ("confirm text", confirm(text=mrkdwn("x" * 300)), confirm(text=mrkdwn("x" * 301)), "less than 301"),
    ("confirm button", confirm(confirm=plain("x" * 30)), confirm(confirm=plain("x" * 31)), "less than 31"),
    ("deny button", confirm(deny=plain("x" * 30)), confirm(deny=plain("x" * 31)), "less than 31"),
    ("overflow", overflow(number=5), overflow(number=6), "no more than 5"),
    ("option value", overflow(value="x" * 150), overflow(value="x" * 151), "less than 151"),
    ("option text", overflow(text=plain("x" * 75)), overflow(text=plain("x" * 76)), "less than 76"),
    ("description", overflow(description=plain("x" * 75)), overflow(description=plain("x" * 76)), "less than 76"),
    ("options", select(options=options(100)), select(options=options(101)), "no more than 100"),
    ("options or groups", select(options=options(1)), select(), "exactly one of"),
    (
        "groups",
        select(option_groups=[{"label": plain("x" * 75), "options": options(1)}]),
        select(option_groups=[{"label": plain("x" * 76), "options": options(1)}]),
        "less than 76",
    ),
    (
        "placeholder",
        select(options=options(1), placeholder=plain("x" * 150)),
        select(options=options(1), placeholder=plain("x" * 151)),
        "less than 151",
    ),
    (
        "initial option",
        select(options=options(2), initial_option=options(2)[1]),
        select(options=options(2), initial_option={"text": plain("other"), "value": "1"}),
        "match exactly",
    ),
    (
        "checkboxes",
        actions({"type": "checkboxes", "action_id": "a", "options": options(10)}),
        actions({"type": "checkboxes", "action_id": "a", "options": options(11)}),
        "no more than 10",
    ),
    (
        "radio buttons",
        actions({"type": "radio_buttons", "action_id": "a", "options": options(10)}),
        actions({"type": "radio_buttons", "action_id": "a", "options": options(11)}),
        "no more than 10",
    ),
    (
        "filter",
        actions({"type": "conversations_select", "action_id": "a", "filter": {"include": ["public"]}}),
        actions({"type": "conversations_select", "action_id": "a", "filter": {"include": []}}),
        "no fewer than 1",
    ),
    ("alt text", [PICTURE], [{"type": "image", "image_url": "https://x.example/a.png"}], "alt_text"),
    ("long alt text", [PICTURE | {"alt_text": "x" * 2000}], [PICTURE | {"alt_text": "x" * 2001}], "less than 2001"),
    ("image url", [PICTURE], [PICTURE | {"image_url": "/a.png"}], "valid URL"),
    ("image source", [PICTURE], [PICTURE | {"slack_file": {"id": "F00000001"}}], "exactly one of"),
    ("element in text", section(text=mrkdwn(), accessory=button()), section(text=button()), "unsupported type"),
    ("input in actions", actions(button()), actions({"type": "plain_text_input", "action_id": "a"}), "unsupported"),
    ("block", [{"type": "divider"}], [{"type": "alert", "text": mrkdwn()}], "unsupported type: alert"),
    ("markdown", [{"type": "markdown", "text": "x" * 6000}] * 2, [{"type": "markdown", "text": "x" * 6001}] * 2, "all"),
    ("table rows", [table(100)], [table(101)], "no more than 100"),
    ("table cells", [table(1, 20)], [table(1, 21)], "no more than 20"),
    ("table text", [table(10, 10, "x" * 100)], [table(10, 10, "x" * 101)], "less than 10001"),
    ("tables", [table()], [table(), table()], "only 1 table"),
    ("caption", data_table(), data_table(caption=None), "caption"),
    ("data rows", data_table(201), data_table(202), "no more than 201"),
    ("header row alone", data_table(2), data_table(1), "no fewer than 2"),
    ("page size", data_table(page_size=100), data_table(page_size=101), "from 1 to 100"),
    ("charts", [pie()] * 2, [pie()] * 3, "only 2 data_visualization"),
    ("chart title", [pie(title="x" * 50)], [pie(title="x" * 51)], "less than 51"),
    ("pie", [pie(12)], [pie(13)], "no more than 12"),
    ("pie value", [pie(value=0.1)], [pie(value=0)], "more than 0"),
    ("categories", bars(["a", "b"], ["b", "a"]), bars(["a"], ["a", "b"]), "exactly one point"),
    ("card", [CARD], [{"type": "card", "subtitle": plain()}], "missing required field"),
    ("card title", [CARD | {"title": plain("x" * 150)}], [CARD | {"title": plain("x" * 151)}], "less than 151"),
    ("card buttons", [CARD | {"actions": [button()] * 3}], [CARD | {"actions": [button()] * 4}], "no more than 3"),
    (
        "carousel",
        [{"type": "carousel", "elements": [CARD] * 10}],
        [{"type": "carousel", "elements": [CARD] * 11}],
        "no more than 10",
    ),
    (
        "container",
        [{"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}] * 10}],
        [{"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}] * 11}],
        "no more than 10",
    ),
    (
        "nested containers",
        [{"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}]}],
        [{"type": "container", "title": plain(), "child_blocks": [{"type": "container"}]}],
        "unsupported type: container",
    ),
    (
        "rich text",
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}],
        [{"type": "rich_text", "elements": [{"type": "section"}]}],
        "unsupported type: section",
    ),
]


@pytest.mark.parametrize(("name", "allowed", "refused", "told"), LIMITS, ids=[limit[0] for limit in LIMITS])
def test_limits_of_messages(name: str, allowed: list[Json], refused: list[Json], told: str) -> None:
    """What just keeps to a limit is taken; what just breaks it is refused with the place and the reason."""
    assert message_faults(allowed) == []
    assert any(told in str(fault) and "[json-pointer:/blocks" in str(fault) for fault in message_faults(refused))


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": section(text=mrkdwn()), **more}


def asking(element: Json, **more: Any) -> Json:
    block = {"type": "input", "block_id": "b", "label": plain(), "element": {"action_id": "a", **element}, **more}
    return modal(submit=plain(), blocks=[block])


TYPED = {"type": "plain_text_input"}
NUMBER = {"type": "number_input", "is_decimal_allowed": False}
VIEW_LIMITS: list[tuple[str, Json, Json, str]] = [
    ("title", modal(title=plain("x" * 24)), modal(title=plain("x" * 25)), "less than 25"),
    ("no title", modal(), modal(title=None), "missing required field: title"),
    ("submit", modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25)), "less than 25"),
    ("close", modal(close=plain("x" * 24)), modal(close=plain("x" * 25)), "less than 25"),
    ("no submit", asking(TYPED), asking(TYPED) | {"submit": None}, "missing required field: submit"),
    ("private_metadata", modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001), "less than 3001"),
    ("callback_id", modal(callback_id="x" * 255), modal(callback_id="x" * 256), "less than 256"),
    (
        "blocks",
        modal(blocks=[{"type": "divider"}] * 100),
        modal(blocks=[{"type": "divider"}] * 101),
        "no more than 100",
    ),
    ("label", asking(TYPED, label=plain("x" * 2000)), asking(TYPED, label=plain("x" * 2001)), "less than 2001"),
    ("hint", asking(TYPED, hint=plain("x" * 2000)), asking(TYPED, hint=plain("x" * 2001)), "less than 2001"),
    ("max_length", asking(TYPED | {"max_length": 3000}), asking(TYPED | {"max_length": 3001}), "from 1 to 3000"),
    ("decimals", asking(NUMBER), asking({"type": "number_input"}), "is_decimal_allowed"),
    (
        "files",
        asking({"type": "file_input", "max_files": 10}),
        asking({"type": "file_input", "max_files": 11}),
        "from 1 to 10",
    ),
    (
        "dispatch of files",
        asking({"type": "file_input"}),
        asking({"type": "file_input"}, dispatch_action=True),
        "not allowed with file_input",
    ),
    (
        "focus",
        asking(TYPED | {"focus_on_load": True}),
        modal(
            submit=plain(),
            blocks=[
                {"type": "input", "label": plain(), "element": {**TYPED, "action_id": name, "focus_on_load": True}}
                for name in "ab"
            ],
        ),
        "only one element",
    ),
    (
        "alert",
        modal(blocks=[{"type": "alert", "text": mrkdwn("x" * 200)}]),
        modal(blocks=[{"type": "alert", "text": mrkdwn("x" * 201)}]),
        "less than 201",
    ),
    ("message blocks", modal(), modal(blocks=[table()]), "unsupported type: table"),
    ("home", {"type": "home", "blocks": [table()]}, {"type": "home", "blocks": [], "title": plain()}, "title"),
    ("type", modal(), modal(type="window"), "modal, home"),
]


@pytest.mark.parametrize(("name", "allowed", "refused", "told"), VIEW_LIMITS, ids=[limit[0] for limit in VIEW_LIMITS])
def test_limits_of_views(name: str, allowed: Json, refused: Json, told: str) -> None:
    """Modals and homes have limits of their own."""
    assert view_faults(allowed) == []
    assert any(told in str(fault) for fault in view_faults(refused))


@pytest.mark.parametrize(("name", "blocks", "refused", "told"), LIMITS, ids=[limit[0] for limit in LIMITS])
def test_rubbish_is_refused_and_breaks_nothing(name: str, blocks: list[Json], refused: Any, told: str) -> None:
    """Whatever stands where a block or one of its parts should be, the answer is a list of faults."""
    rubbishes: list[Any] = [None, 7, "x", [blocks[0]], {}, [[]], [{}]]
    for rubbish in rubbishes:
        for spoilt in spoiled(blocks[0], rubbish):
            assert isinstance(message_faults([spoilt]), list)
        assert message_faults([rubbish])


def spoiled(node: Any, rubbish: Any) -> Iterator[Any]:
    """Copies of a block with rubbish in each of its places in turn."""
    places = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for place, held in list(places)[:6]:
        for changed in (rubbish, *spoiled(held, rubbish)):
            copied = copy(node)
            copied[place] = changed
            yield copied


async def test_refused_blocks_are_told_with_their_place(client: AsyncWebClient) -> None:
    """The answer holds the errors, and the same as messages with a JSON pointer."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=LEADS, text="x", blocks=section(text=mrkdwn("x" * 3001)))

    told = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"] == [told]
    assert caught.value.response["response_metadata"] == {"messages": [f"[ERROR] {told}"]}


async def test_all_texts_together_have_a_limit(client: AsyncWebClient) -> None:
    """Blocks that are legal one by one can be too long in sum."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=LEADS, text="x", blocks=section(text=mrkdwn("x" * 2800)) * 5)

    assert caught.value.response["error"] == "msg_blocks_too_long"


async def test_blocks_validate_tells_each_fault(client: AsyncWebClient) -> None:
    """`blocks.validate` needs no token and tells code, message, pointer and constraint."""
    client.token = None
    good = await client.api_call("blocks.validate", json={"blocks": section(text=mrkdwn())})
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("blocks.validate", json={"view": modal(title=plain("x" * 25))})

    assert good["ok"]
    assert caught.value.response["errors"] == [
        {
            "code": "too_long",
            "message": "must be less than 25 characters",
            "field": "text",
            "pointer": "/view/title/text",
            "constraint": {"max_length": 24},
        }
    ]


async def test_views_are_refused_as_arguments(client: AsyncWebClient) -> None:
    """A bad view is `invalid_arguments`, one over 250 kB `view_too_large`."""
    with pytest.raises(SlackApiError) as bad:
        await client.views_publish(user_id=ANNA, view={"type": "home", "blocks": section()})
    with pytest.raises(SlackApiError) as large:
        await client.views_publish(user_id=ANNA, view={"type": "home", "blocks": section(text=mrkdwn("x" * 3000)) * 90})

    assert (bad.value.response["error"], large.value.response["error"]) == ("invalid_arguments", "view_too_large")
