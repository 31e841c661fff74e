"""Verdicts held against the corpus: the precision and recall that we publish."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from decisions.human_or_machine import (
    BURST_WITHIN,
    Fetch,
    FetchKind,
    VerdictKind,
    is_prefetch,
    judge_click,
    judge_view,
    settle_click,
    settle_view,
)
from tests.corpus.corpus import agents, scenarios

START = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NUMBERS = Path(__file__).parents[2] / "docs" / "numbers.md"


def fetch_of(made):
    mangled = made.what == "mangled"
    return Fetch(
        FetchKind.VIEW if made.what == "view" else FetchKind.CLICK,
        START + timedelta(seconds=made.at),
        "mail",
        None if mangled else made.link,
        made.agent,
        made.method,
        is_prefetch(made.headers),
        mangled,
    )


def last_words(mail):
    """The verdict on each fetch when it came, or when it was settled with those around it."""
    first = [
        judge_click(fetch, mail[: place + 1]) if fetch.kind is FetchKind.CLICK else judge_view(fetch)
        for place, fetch in enumerate(mail)
    ]
    doubted = [fetch for fetch, verdict in zip(mail, first, strict=True) if not verdict.sure]
    return [_settled(fetch, verdict, doubted, mail) for fetch, verdict in zip(mail, first, strict=True)]


def _settled(fetch, verdict, doubted, mail):
    if fetch.kind is FetchKind.VIEW:
        return (settle_view(fetch, mail) if doubted and verdict.kind is VerdictKind.HUMAN else None) or verdict
    is_certain = verdict.kind is VerdictKind.MACHINE and verdict.sure
    if is_certain or not any(abs(one.at - fetch.at) <= BURST_WITHIN for one in doubted):
        return verdict
    return settle_click(fetch, mail)


def tally():
    """How often who really asked (person, machine, proxy) was taken for what."""
    taken = Counter()
    for mail in scenarios().values():
        verdicts = last_words([fetch_of(made) for made in mail])
        taken.update((made.by, verdict.kind) for made, verdict in zip(mail, verdicts, strict=True))
    for kind in ("person", "machine"):
        clicks = (Fetch(FetchKind.CLICK, START, "mail", "max", agent) for agent in agents(kind))
        taken.update((kind, judge_click(click, [click]).kind) for click in clicks)
    return taken


def test_the_corpus_is_large_enough():
    """At least sixty agents and ten scenarios each of machines and of people speak."""
    by = [{made.by for made in mail} for mail in scenarios().values()]

    assert min(len(agents("person")), len(agents("machine"))) >= 40
    assert sum("machine" in who for who in by) >= 10
    assert sum("person" in who for who in by) >= 10


def test_precision_and_recall():
    """No person is called a machine, at least 95 % of the machines are found, and the published figures are these."""
    taken = tally()
    people = sum(times for (by, _), times in taken.items() if by == "person")
    machines = sum(times for (by, _), times in taken.items() if by == "machine")
    found, wrong = taken["machine", VerdictKind.MACHINE], people - taken["person", VerdictKind.HUMAN]

    assert wrong == 0
    assert found / machines >= 0.95
    assert (
        f"{wrong} of {people} requests of people are called a machine's (precision {found / (found + wrong):.1%}); "
        f"{found} of {machines} requests of machines are found (recall {found / machines:.1%})"
    ) in " ".join(NUMBERS.read_text().split())


def test_proxies_are_neither():
    """What Apple's mail fetches ahead is a proxy view every time."""
    assert {kind for (by, kind) in tally() if by == "proxy"} == {VerdictKind.PROXY}


@pytest.mark.parametrize("name", [name for name in scenarios() if "not found" not in name])
def test_scenario(name):
    """Each request of a scenario is in the end taken for what it was."""
    mail = scenarios()[name]
    verdicts = last_words([fetch_of(made) for made in mail])
    truth = {"person": VerdictKind.HUMAN, "machine": VerdictKind.MACHINE, "proxy": VerdictKind.PROXY}

    assert [verdict.kind for verdict in verdicts] == [truth[made.by] for made in mail]
