"""Person or machine: scenarios of people, scanners and proxies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.human_or_machine import (
    SIGNS_OF_A_MACHINE,
    Fetch,
    FetchKind,
    VerdictKind,
    is_prefetch,
    judge_agent_alone,
    judge_click,
    judge_view,
    settle_click,
    settle_view,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"
IE11 = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"


def a_click(seconds=0.0, *, link="max", agent=EDGE, **what):
    return Fetch(FetchKind.CLICK, NOW + timedelta(seconds=seconds), "mail", link, agent, **what)


def a_view(seconds=0.0, *, link="max", agent=OUTLOOK, **what):
    return Fetch(FetchKind.VIEW, NOW + timedelta(seconds=seconds), "mail", link, agent, **what)


@pytest.mark.parametrize(
    ("mail", "click"),
    [
        pytest.param([], a_click(), id="click without a view, images are blocked"),
        pytest.param([a_view(-1)], a_click(), id="a second after opening"),
        pytest.param([a_view(-20, agent=GMAIL)], a_click(), id="Gmail's proxy showed the banner"),
        pytest.param([a_click(-0.3)], a_click(), id="double click"),
        pytest.param([a_click(-0.3, link="anna"), a_view(-30)], a_click(), id="two readers at once"),
        pytest.param([a_view(-0.2, link="anna")], a_click(), id="another reader opened the mail just now"),
        pytest.param(
            [a_view(-0.9, link=name) for name in "abcdefgh"] + [a_view(-60)], a_click(), id="many readers of a mailing"
        ),
        pytest.param([a_click(-5, link=None, mangled=True)], a_click(), id="a scanner came before, the person later"),
        pytest.param(
            [a_click(-60, link=name, agent="curl/8") for name in "abc"], a_click(), id="a scanner's burst before"
        ),
        pytest.param([a_view(-8, agent=IE11)], a_click(agent=IE11), id="Internet Explorer 11"),
        pytest.param(
            [a_view(-30, link=name) for name in ("max", "anna", "otto")]
            + [a_click(-0.6, link="anna"), a_click(-0.3, link="otto")],
            a_click(),
            id="three readers who had opened it follow it at once",
        ),
        pytest.param(
            [a_view(-9 - 3 * place, link=link, agent=EDGE) for place, link in enumerate(("max", "anna", "otto"))]
            + [a_click(-0.6, link="anna"), a_click(-0.3, link="otto")],
            a_click(),
            id="three readers with one browser had opened it one after the other",
        ),
        pytest.param([], a_click(agent="Outlook-iOS/711.3061168.prod.iphone"), id="Outlook's own browser"),
    ],
)
def test_people(mail, click):
    """No person is taken for a machine."""
    verdict = judge_click(click, [*mail, click])

    assert verdict.kind is VerdictKind.HUMAN
    assert verdict.because == "no sign of a machine"


@pytest.mark.parametrize(
    ("mail", "click", "sign", "sure"),
    [
        ([], a_click(agent="curl/8.5.0"), "agent", True),
        ([], a_click(agent=""), "agent", True),
        ([], a_click(agent=None), "agent", True),
        ([], a_click(agent="Mozilla/5.0"), "agent", True),
        ([], a_click(agent=GMAIL), "agent", True),
        ([], a_click(agent="Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)"), "agent", True),
        ([], a_click(prefetch=True), "prefetch", True),
        ([], a_click(method="HEAD"), "head", True),
        ([], a_click(link=None, mangled=True), "mangled", True),
        ([a_view(-30)], a_click(network="Barracuda"), "network", True),
        (
            [a_view(-2, link=name) for name in "ab"] + [a_click(-1, link="a"), a_click(-0.5, link="b")],
            a_click(),
            "burst",
            False,
        ),
        ([a_view(-30)] + [a_click(-0.1, link=name) for name in "abc"], a_click(), "burst", False),
        (
            [a_view(-8, link=name, agent=EDGE) for name in ("max", "a", "b")]
            + [a_click(-1, link=name) for name in "ab"],
            a_click(),
            "sweep",
            False,
        ),
        ([a_view(-8, agent=None)] + [a_click(-1, link=name, agent=None) for name in "ab"], a_click(), "sweep", False),
        ([a_click(-1.5, link=None, mangled=True)], a_click(), "mangled", True),
        ([a_view(-0.5)], a_click(), "too soon", False),
        ([a_view(0)], a_click(), "too soon", False),
        ([a_click(-0.4, method="HEAD")], a_click(), "too soon", False),
        ([a_click(-1.9, link="anna"), a_click(-0.5, link="otto")], a_click(), "burst", False),
        ([a_click(0.5, link="anna"), a_click(1.9, link="otto")], a_click(), "burst", False),
        ([a_click(-1, link="anna"), a_click(1, link="otto")], a_click(), "burst", False),
        ([a_click(-1, link="a"), a_click(-0.5, link="b"), a_view(-0.2)], a_click(), "too soon; burst", False),
        ([a_view(-0.5)], a_click(agent="curl/8.5.0"), "agent; too soon", True),
    ],
)
def test_machines(mail, click, sign, sure):
    """Each sign of a machine is found, named and measured; a certain one speaks before a probable one."""
    verdict = judge_click(click, [*mail, click])

    assert (verdict.kind, verdict.sign, verdict.sure) == (VerdictKind.MACHINE, sign, sure)
    assert verdict.measures.count("; ") == sign.count("; ")
    assert verdict.measures.split("; ")[0] in verdict.because


@pytest.mark.parametrize(
    ("mail", "click"),
    [
        ([a_click(-2.1, link="anna"), a_click(-0.5, link="otto")], a_click()),
        ([a_click(-1.5, link="anna"), a_click(1, link="otto")], a_click()),
        ([a_view(-1, link="anna"), a_view(-0.5, link="otto")], a_click()),
    ],
)
def test_what_is_no_burst(mail, click):
    """Three links over more than two seconds, or banners shown to three readers, are no burst."""
    assert judge_click(click, mail).kind is VerdictKind.HUMAN


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        (a_view(agent=OUTLOOK), VerdictKind.HUMAN),
        (a_view(agent=GMAIL), VerdictKind.HUMAN),
        (a_view(agent=YAHOO), VerdictKind.HUMAN),
        (a_view(agent=IE11), VerdictKind.HUMAN),
        (a_view(agent="Mozilla/5.0"), VerdictKind.PROXY),
        (a_view(agent="curl/8.5.0"), VerdictKind.MACHINE),
        (a_view(agent="Mozilla/5.0 (compatible; Proofpoint URL Defense)"), VerdictKind.MACHINE),
        (a_view(agent=None), VerdictKind.MACHINE),
        (a_view(method="HEAD"), VerdictKind.MACHINE),
        (a_view(prefetch=True), VerdictKind.MACHINE),
        (a_view(network="Barracuda"), VerdictKind.MACHINE),
    ],
)
def test_views(view, kind):
    """Gmail's and Yahoo's image proxies stand for people, Apple's prefetch for nobody, scanners for machines."""
    assert judge_view(view).kind is kind


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (None, VerdictKind.HUMAN),
        ("", VerdictKind.HUMAN),
        (EDGE, VerdictKind.HUMAN),
        ("python-requests/2.32.3", VerdictKind.MACHINE),
    ],
)
def test_agent_alone(agent, kind):
    """A click that another tool reports is judged by its agent, and counts as a person's without one."""
    assert judge_agent_alone(agent).kind is kind


@pytest.mark.parametrize(
    ("headers", "prefetched"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, True),
        ({"Purpose": "Prefetch"}, True),
        ({"X-Moz": "prefetch"}, True),
        ({"X-Purpose": "preview"}, True),
        ({"Sec-Purpose": "prerender"}, True),
        ({}, False),
        ({"Sec-Fetch-Mode": "navigate"}, False),
    ],
)
def test_prefetch_headers(headers, prefetched):
    """The headers of browsers that fetch ahead are known."""
    assert is_prefetch(headers) is prefetched


def some_fetches(kinds=tuple(FetchKind)):
    return st.builds(
        Fetch,
        kind=st.sampled_from(kinds),
        at=st.floats(-10, 10).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        mail_id=st.just("mail"),
        link=st.none() | st.sampled_from(["a", "b", "c", "d"]),
        user_agent=st.none() | st.sampled_from([EDGE, GMAIL, "Mozilla/5.0", "curl/8"]) | st.text(max_size=1500),
        method=st.sampled_from(["GET", "HEAD", "POST"]),
        prefetch=st.booleans(),
        mangled=st.booleans(),
    )


@given(some_fetches((FetchKind.CLICK,)), st.lists(some_fetches(), max_size=20), st.randoms(use_true_random=False))
def test_every_fetch_gets_a_verdict(click, mail, random):
    """Whatever was fetched, in whatever order it is told, there is one verdict with a reason."""
    verdict = judge_click(click, mail)
    random.shuffle(mail)

    assert judge_click(click, [click, *mail]) == judge_click(click, mail) == verdict
    assert verdict.because
    assert judge_view(click).because
    assert judge_agent_alone(click.user_agent).because


def test_certain_signs_come_first():
    """The table of signs is in the order in which they decide."""
    certain = [sign.certain for sign in SIGNS_OF_A_MACHINE]

    assert certain == sorted(certain, reverse=True)


def test_a_quick_click_is_settled_as_a_persons() -> None:
    """Being quick alone does not unmask a machine once the mail's other fetches are in; a burst does."""
    at = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    view = Fetch(FetchKind.VIEW, at, "mail", "1", None)
    click = Fetch(FetchKind.CLICK, at + timedelta(seconds=0.4), "mail", "1", None)
    others = [Fetch(FetchKind.CLICK, at + timedelta(seconds=1), "mail", link, None) for link in ("2", "3")]

    alone, in_a_burst = settle_click(click, [view, click]), settle_click(click, [view, click, *others])

    assert (alone.kind, alone.sure) == (VerdictKind.HUMAN, True)
    assert (in_a_burst.kind, in_a_burst.sure) == (VerdictKind.MACHINE, True)


@pytest.mark.parametrize(("showed", "is_machine"), [(EDGE, True), (OUTLOOK, False), (None, False)])
def test_a_sweep_is_settled_by_its_banners(showed, is_machine):
    """Links followed at once are a machine's where the very same program had shown their banners, else people's."""
    links = ("max", "anna", "otto")
    views = [a_view(-8 + place / 2, link=link, agent=showed) for place, link in enumerate(links)]
    clicks = [a_click(place / 2, link=link) for place, link in enumerate(links)]

    settled = [settle_click(click, [*views, *clicks]).kind for click in clicks]
    seen = [settle_view(view, [*views, *clicks]) for view in views]

    assert settled == [VerdictKind.MACHINE if is_machine else VerdictKind.HUMAN] * 3
    assert [verdict is not None for verdict in seen] == [is_machine] * 3
