"""Whether a person or a machine made a view or a click, by which signs, with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from decisions.agents import read_agent
from decisions.filter_rules import TODAY, FilterRules, SignName


class FetchKind(StrEnum):
    """A banner shown or followed."""

    VIEW = "view"
    CLICK = "click"


class VerdictKind(StrEnum):
    """A proxy view is one that Apple's mail fetched ahead of any reader: neither a person nor a scanner."""

    HUMAN = "human"
    MACHINE = "machine"
    PROXY = "proxy"


# A Struct, as each click makes some: a frozen dataclass takes ten times as long to make.
class Fetch(Struct, frozen=True):
    """
    One request for a banner or a link.

    `mail_id` is shared by the tokens of one call for signatures, `link` tells those tokens apart (None when the
    token was mangled, so that only its mail is known). `prefetch`: `Sec-Purpose` or an older header said so.
    `network`: whose scanner network it came from.
    """

    kind: FetchKind
    at: datetime
    mail_id: str
    link: str | None
    user_agent: str | None
    method: str = "GET"
    prefetch: bool = False
    mangled: bool = False
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What we take a fetch for.

    `sure` is False only where a probable sign alone spoke: then an alert waits. `sign` names the signs that fired,
    the deciding one first, `measures` what each measured, in the same order, both separated by "; ".
    """

    kind: VerdictKind
    sure: bool
    because: str
    sign: str | None = None
    measures: str = ""


# How far back, and ahead, a mail's fetches are looked at.
TOO_SOON: Final = TODAY.too_soon
BURST_WITHIN: Final = TODAY.burst_within

HUMAN: Final = Verdict(VerdictKind.HUMAN, sure=True, because="no sign of a machine")


# Sec-Purpose is the standard; Chrome said Purpose, Firefox X-Moz, and Safari's Top Sites and in-app browsers of
# Facebook say X-Purpose: preview.
PREFETCH_HEADERS: Final = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether the headers (looked up as spelt here, so case-insensitive ones) say that no person asked yet."""
    told = " ".join([value for name in PREFETCH_HEADERS if (value := headers.get(name))]).lower()
    return "prefetch" in told or "prerender" in told or "preview" in told


def judge_click(click: Fetch, mail: Sequence[Fetch], rules: FilterRules = TODAY) -> Verdict:
    """
    Person or machine, for a click on a tracked link.

    Args:
        mail: the known fetches with the click's mail id, views and clicks, in any order; later ones than the click
            too when an earlier verdict is looked at again. The click itself may be among them.
    """
    fired = _fired(SIGNS_OF_A_MACHINE, click, mail, rules)
    return _machine(fired) if fired else HUMAN


def settle_click(click: Fetch, mail: Sequence[Fetch], rules: FilterRules = TODAY) -> Verdict:
    """
    The last word on a click that only probable signs spoke against, when the rest of its mail's fetches are in.

    Its request was judged when it came, and need not be known any more: only the signs in its mail are looked at. A
    burst or a spoilt link unmasks a machine, and so does a sweep whose banners are known to have come from the same
    program; being quick alone does not.
    """
    fired = _fired(SIGNS_IN_A_MAIL, click, mail, rules)
    if not fired:
        return HUMAN
    verdict = replace(_machine(fired), sure=True)
    names = {sign.name for sign, _ in fired}
    if names & {MANGLED.name, BURST.name} or (SWEEP.name in names and _swept(click, mail, rules, surely=True)):
        return verdict
    return replace(verdict, kind=VerdictKind.HUMAN, because=f"{verdict.because}, and nothing else spoke against it")


def settle_view(view: Fetch, mail: Sequence[Fetch]) -> Verdict | None:
    """The last word on a view that a person seemed to have made: None, or a machine's that then followed its link."""
    for click in _clicks(view, mail):
        is_follower = click.link == view.link and click.at > view.at and click.user_agent == view.user_agent
        if is_follower and (measure := _swept(click, mail, TODAY, surely=True)):
            return replace(_machine([(SWEEP, measure)]), sure=True)
    return None


def judge_again(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> Verdict:
    """
    The last word on a past click under any rules, as it would have come about.

    It is judged by what was known when it came; if it was doubted then, or is of a burst, it is settled by the rest.

    Args:
        mail: as for `judge_click`, later fetches too.
    """
    first = judge_click(click, [fetch for fetch in mail if fetch.at <= click.at], rules)
    if first.kind is VerdictKind.MACHINE and first.sure:
        return first
    last = settle_click(click, mail, rules)
    is_unmasked = last.kind is VerdictKind.MACHINE and {BURST.name, SWEEP.name} & set((last.sign or "").split("; "))
    return last if is_unmasked or not first.sure else HUMAN


def judge_agent_alone(user_agent: str | None, rules: FilterRules = TODAY) -> Verdict:
    """Person or machine, for a click reported by another tool: there is no timing, and no agent counts as a person."""
    click = Fetch(FetchKind.CLICK, _NEVER, "", None, user_agent)
    fired = _fired((AGENT,), click, (), rules) if user_agent else []
    return _machine(fired) if fired else HUMAN


def judge_view(view: Fetch) -> Verdict:
    """Person, machine or Apple's prefetch, for a banner shown. Image proxies of Gmail and Yahoo stand for a person."""
    if view.method == "HEAD":
        return _machine([(HEAD, view.method)])
    if view.prefetch:
        return _machine([(PREFETCH, "prefetch header")])
    if view.network:
        return _machine([(NETWORK, view.network)])
    agent = read_agent(view.user_agent)
    if agent.is_apple_prefetch:
        return Verdict(VerdictKind.PROXY, sure=True, because="Apple's mail fetches banners before anyone reads")
    return _machine([(AGENT, agent.why_no_view)]) if agent.why_no_view else HUMAN


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a machine does and a person hardly ever. `measure` gives what was seen, or None."""

    name: SignName
    because: str
    certain: bool
    measure: Callable[[Fetch, Sequence[Fetch], FilterRules], str | None]


def _listed_agent(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    return rules.why_no_person(click.user_agent, read_agent(click.user_agent).why_no_click)


def _prefetched(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    return "prefetch header" if click.prefetch else None


def _asked_for_the_head(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    return click.method if click.method == "HEAD" else None


def _scanner_network(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    return None if click.network in rules.networks_off else click.network


def _mangled_token(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    if click.mangled:
        return "this link"
    spoilt = sum(fetch.mangled and abs(fetch.at - click.at) <= rules.mangled_within for fetch in mail)
    return f"{spoilt} spoilt within {_seconds(rules.mangled_within)}" if spoilt else None


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():g} s"


def _too_soon(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    """A mail's first fetch is its banner being shown; nobody reads and follows it within a second."""
    own = [fetch.at for fetch in mail if fetch.link == click.link and not _is_the_same_hand(fetch, click)]
    waited = click.at - min(own, default=click.at + rules.too_soon)
    return f"{waited.total_seconds():.2f} s" if timedelta(0) <= waited < rules.too_soon else None


def _is_the_same_hand(fetch: Fetch, click: Fetch) -> bool:
    # People double-click: a repeat from the same browser says nothing about how fast the mail was read.
    return fetch.kind is FetchKind.CLICK and fetch.method == click.method and fetch.user_agent == click.user_agent


def _burst(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    if len(mail) + 1 < rules.burst_links:
        return None
    shown = _first_shown(mail)
    unread = [one for one in _clicks(click, mail) if not _was_open(one, shown, rules)]
    return _followed_at_once(click, unread, rules)


def _sweep(click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> str | None:
    """Either readers who follow a mailing at once, or a scanner that showed itself all banners first."""
    return _swept(click, mail, rules, surely=False)


def _swept(click: Fetch, mail: Sequence[Fetch], rules: FilterRules, *, surely: bool) -> str | None:
    """
    What was followed at once with a click, of what had been shown at once by the very program that follows it.

    Args:
        surely: leave out what may be so, as of its banner or of its program nothing is known.
    """
    if len(mail) + 1 < rules.burst_links:
        return None
    shown = _first_shown(mail)
    own = shown.get(click.link)
    if own is None or not rules.opened_before <= click.at - own.at <= rules.sweep_within:
        return None

    def is_of_it(one: Fetch) -> bool:
        view = shown.get(one.link)
        programs = {fetch.user_agent for fetch in (one, view, own) if fetch} - {click.user_agent}
        if programs - {None} or (view and abs(view.at - own.at) > rules.burst_within):
            return False
        return not surely or (view is not None and not programs)

    return _followed_at_once(click, [one for one in _clicks(click, mail) if is_of_it(one)], rules)


def _clicks(click: Fetch, mail: Sequence[Fetch]) -> list[Fetch]:
    return [fetch for fetch in (click, *mail) if fetch.kind is FetchKind.CLICK and fetch.link is not None]


def _was_open(click: Fetch, shown: Mapping[str | None, Fetch], rules: FilterRules) -> bool:
    """Whether its banner had been shown so long before that whoever follows it may be its reader."""
    view = shown.get(click.link)
    return view is not None and click.at - view.at >= rules.opened_before


def _followed_at_once(click: Fetch, clicks: Sequence[Fetch], rules: FilterRules) -> str | None:
    within = rules.burst_within
    if len({one.link for one in clicks}) < rules.burst_links:
        return None
    starts = [one.at for one in clicks if timedelta(0) <= click.at - one.at <= within]
    most = max((len({one.link for one in clicks if start <= one.at <= start + within}) for start in starts), default=0)
    return f"{most} links within {_seconds(within)}" if most >= rules.burst_links else None


def _first_shown(mail: Sequence[Fetch]) -> dict[str | None, Fetch]:
    """The first view through each link; of one that is told twice, that of which the program is known."""
    shown: dict[str | None, Fetch] = {}
    for fetch in mail:
        if fetch.kind is FetchKind.VIEW and fetch.link is not None:
            shown[fetch.link] = min(
                fetch, shown.get(fetch.link, fetch), key=lambda one: (one.at, one.user_agent is None)
            )
    return shown


AGENT: Final = Sign(SignName.AGENT, "the agent is a machine's", certain=True, measure=_listed_agent)
PREFETCH: Final = Sign(SignName.PREFETCH, "a browser fetched it ahead of its reader", certain=True, measure=_prefetched)
HEAD: Final = Sign(SignName.HEAD, "it asked for the headers only", certain=True, measure=_asked_for_the_head)
MANGLED: Final = Sign(
    SignName.MANGLED, "links of this mail were tried in spoilt form", certain=True, measure=_mangled_token
)
SOON: Final = Sign(SignName.SOON, "it came too soon after the mail's first fetch", certain=False, measure=_too_soon)
NETWORK: Final = Sign(SignName.NETWORK, "it came from a scanner's network", certain=True, measure=_scanner_network)
BURST: Final = Sign(SignName.BURST, "several links of one call were followed at once", certain=False, measure=_burst)
SWEEP: Final = Sign(
    SignName.SWEEP, "several links of one call were followed at once, some time after their banners", False, _sweep
)

# In the order in which they decide: the certain ones first.
SIGNS_IN_A_MAIL: Final = (MANGLED, SOON, BURST, SWEEP)
SIGNS_OF_A_MACHINE: Final = (AGENT, PREFETCH, HEAD, NETWORK, *SIGNS_IN_A_MAIL)


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _fired(signs: Sequence[Sign], click: Fetch, mail: Sequence[Fetch], rules: FilterRules) -> list[tuple[Sign, str]]:
    """The signs that speak against a click, in their order, with what each measured."""
    off = rules.signs_off
    return [(sign, told) for sign in signs if sign.name not in off and (told := sign.measure(click, mail, rules))]


def _machine(fired: Sequence[tuple[Sign, str]]) -> Verdict:
    sign, measure = fired[0]
    return Verdict(
        VerdictKind.MACHINE,
        sure=sign.certain,
        because=f"{sign.because} ({measure})",
        sign="; ".join(sign.name for sign, _ in fired),
        measures="; ".join(measure for _, measure in fired),
    )
