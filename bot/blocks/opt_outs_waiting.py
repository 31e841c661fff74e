"""The question whether many people are to be opted out at once, with its buttons, and what became of it."""

from typing import Any, Final

from bot.blocks.elements import Message, actions, button, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, bold, fit
from storage.opt_outs_waiting import RequestState, RequestView, Source

ACCEPT_OPT_OUTS: Final = "accept_opt_outs"
REFUSE_OPT_OUTS: Final = "refuse_opt_outs"


def opt_outs_question(request: RequestView | None, people: int, reader: Reader) -> Message:
    """
    The question as it stands.

    Args:
        request: None when it was carried out.
        people: how many it concerns, or concerned.
    """
    lines = _lines(request, people, reader)
    return Message(fit(lines, LONGEST_TEXT), [section(lines), *actions(_buttons(request, reader))])


def _lines(request: RequestView | None, people: int, reader: Reader) -> list[Mrkdwn]:
    texts = reader.texts
    if request is None or request.state is RequestState.ACCEPTED:
        return [texts.count("opt_outs_accepted", people)]
    if request.state is RequestState.REFUSED:
        return [texts.count("opt_outs_refused", people)]
    key = {Source.HUBSPOT: "opt_outs_from_hubspot", Source.CSV: "opt_outs_from_file"}.get(request.source)
    asked = texts.count(key, people) if key else texts("opt_outs_domain", domain=bold(request.domain or ""), n=people)
    return [asked, texts("opt_outs_for_good")]


def _buttons(request: RequestView | None, reader: Reader) -> list[dict[str, Any]]:
    if request is None or request.state is not RequestState.WAITING:
        return []
    texts, value = reader.texts, str(request.id)
    return [
        button(texts.count("opt_outs_accept", request.people), ACCEPT_OPT_OUTS, value, style="danger"),
        button(texts.plain("opt_outs_refuse"), REFUSE_OPT_OUTS, value),
    ]
