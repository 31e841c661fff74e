"""Inputs of all kinds as form controls, in modals (input blocks) and on their own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox.slack.inputs import MANY, field_name, initial
from sandbox.slack.screen import MODAL_FORM, Screen, text_html

Json = dict[str, Any]


def input_html(block: Json, screen: Screen) -> str:
    """An input block: its label, control, hint, and what the app objected to."""
    element, block_id = block["element"], block.get("block_id", "")
    name = field_name(block_id, element.get("action_id", ""))
    state = screen.values.get(block_id, {}).get(element.get("action_id", ""))
    error = screen.errors.get(block_id)
    attributes = f' form="{MODAL_FORM}"' + ("" if block.get("optional") or error else " required")
    control = control_html(element, name, screen, state=state, attributes=attributes)
    optional = ' <small class="quiet">(optional)</small>' if block.get("optional") else ""
    label = f"{text_html(block['label'], screen)}{optional}"
    hint = f'<small class="hint">{text_html(block["hint"], screen)}</small>' if block.get("hint") else ""
    objection = f'<small class="error" role="alert">{escape(error)}</small>' if error else ""
    if element["type"] in ("checkboxes", "radio_buttons"):
        return f'<fieldset class="input"><legend>{label}</legend>{control}{hint}{objection}</fieldset>'
    return f'<label class="input"><span class="label">{label}</span>{control}{hint}{objection}</label>'


def control_html(
    element: Json, name: str, screen: Screen, *, state: Json | None = None, attributes: str = "", label: str = ""
) -> str:
    """
    The control of an element, called `name`.

    Args:
        state: what it holds; None: as it opens.
        attributes: more of its HTML attributes.
        label: for readers who hear it, where no visible one stands beside it.
    """
    spoken = f' aria-label="{escape(label)}"' if label else ""
    draw = _CONTROLS.get(element["type"], _select)
    return draw(element, f'name="{escape(name)}"{attributes}{spoken}', state or initial(element), screen)


def _held(state: Json) -> list[str]:
    """The plain values in a state."""
    told = next((value for key, value in state.items() if key != "type"), None)
    if told is None:
        return []
    many = told if isinstance(told, list) else [told]
    return [str(one["value"] if isinstance(one, dict) and "value" in one else one) for one in many]


def _typed(kind: str) -> Callable[[Json, str, Json, Screen], str]:
    def draw(element: Json, attributes: str, state: Json, screen: Screen) -> str:
        value = escape("".join(_held(state)))
        return f'<input type="{kind}" {attributes}{_limits(element)} value="{value}">'

    return draw


def _file(element: Json, attributes: str, state: Json, screen: Screen) -> str:
    """A file that is held already stays while no other is chosen."""
    accept = ",".join(f".{ending}" for ending in element.get("filetypes", ()))
    held = "".join(
        f'<input type="hidden" {attributes} value="{escape(one["id"])}">'
        f'<small class="quiet">{escape(one["name"])}</small>'
        for one in state.get("files", ())
    )
    attributes = attributes.replace(" required", "") if held else attributes
    return f'{held}<input type="file" {attributes} accept="{escape(accept)}">'


def _text(element: Json, attributes: str, state: Json, screen: Screen) -> str:
    if not element.get("multiline"):
        return _typed("text")(element, attributes, state, screen)
    return f'<textarea rows="4" {attributes}{_limits(element)}>{escape("".join(_held(state)))}</textarea>'


def _limits(element: Json) -> str:
    names = {"min_length": "minlength", "max_length": "maxlength", "min_value": "min", "max_value": "max"}
    told = "".join(f' {html}="{escape(str(element[name]))}"' for name, html in names.items() if name in element)
    if element.get("is_decimal_allowed"):
        told += ' step="any"'
    if element.get("placeholder"):
        told += f' placeholder="{escape(element["placeholder"]["text"])}"'
    return told


def _moment(element: Json, attributes: str, state: Json, screen: Screen) -> str:
    """A moment is chosen on the reader's clocks: their zone is a field after it, of the same name."""
    held, tz = _held(state), screen.reader.tz
    local = f"{datetime.fromtimestamp(int(held[0]), ZoneInfo(tz)):%Y-%m-%dT%H:%M:%S}" if held else ""
    zone = f'<input type="hidden" {attributes} value="{escape(tz)}">'
    return f'<input type="datetime-local" step="any" {attributes} value="{local.removesuffix(":00")}">{zone}'


def _select(element: Json, attributes: str, state: Json, screen: Screen) -> str:
    many = " multiple" if element["type"] in MANY else ""
    empty = "" if many else f'<option value="">{escape(_placeholder(element))}</option>'
    return f"<select {attributes}{many}>{empty}{_groups(element, _held(state), screen)}</select>"


def _placeholder(element: Json) -> str:
    return str(element.get("placeholder", {}).get("text", "")) or "Choose"


def _groups(element: Json, chosen: Sequence[str], screen: Screen) -> str:
    kind = element["type"]
    if "users" in kind:
        return _options(list(screen.users.items()), chosen)
    if "conversations" in kind or "channels" in kind:
        return _options(_channels(element, screen), chosen)
    grouped = "".join(
        f'<optgroup label="{escape(group["label"]["text"])}">{_options(_pairs(group), chosen)}</optgroup>'
        for group in element.get("option_groups") or []
    )
    return grouped + _options(_pairs(element), chosen)


def _channels(element: Json, screen: Screen) -> list[tuple[str, str]]:
    left_out = screen.shared if element.get("filter", {}).get("exclude_external_shared_channels") else ()
    return [(channel, f"#{name}") for channel, name in screen.channels.items() if channel not in left_out]


def _pairs(holder: Json) -> list[tuple[str, str]]:
    return [(one["value"], one["text"]["text"]) for one in holder.get("options") or []]


def _options(pairs: Sequence[tuple[str, str]], chosen: Sequence[str]) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{escape(label)}</option>'
        for value, label in pairs
    )


def _ticks(kind: str) -> Callable[[Json, str, Json, Screen], str]:
    def draw(element: Json, attributes: str, state: Json, screen: Screen) -> str:
        chosen = _held(state)
        # A required group of checkboxes wants one of them, not each.
        attributes = attributes.replace(" required", "") if kind == "checkbox" else attributes
        return "".join(_tick(kind, one, attributes, chosen, screen) for one in element["options"])

    return draw


def _tick(kind: str, option: Json, attributes: str, chosen: Sequence[str], screen: Screen) -> str:
    mark = " checked" if option["value"] in chosen else ""
    more = f"<small>{text_html(option['description'], screen)}</small>" if option.get("description") else ""
    control = f'<input type="{kind}" {attributes} value="{escape(option["value"])}"{mark}>'
    return f'<label class="tick">{control}<span>{text_html(option["text"], screen)}{more}</span></label>'


_CONTROLS: Final[dict[str, Callable[[Json, str, Json, Screen], str]]] = {
    "plain_text_input": _text,
    "rich_text_input": _text,
    "email_text_input": _typed("email"),
    "url_text_input": _typed("url"),
    "number_input": _typed("number"),
    "datepicker": _typed("date"),
    "timepicker": _typed("time"),
    "datetimepicker": _moment,
    "checkboxes": _ticks("checkbox"),
    "radio_buttons": _ticks("radio"),
    "file_input": _file,
}
