"""User agents, held against a corpus of real ones."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.agents import agent_family, read_agent
from tests.corpus.corpus import agents


def test_no_person_is_called_a_machine():
    """No browser or mail client of a person is taken for a machine, neither for its clicks nor for its views."""
    called = [agent for agent in agents("person") if read_agent(agent).why_no_click or read_agent(agent).why_no_view]

    assert called == []


def test_machines_that_announce_themselves_are_found():
    """At least 95 % of the scanners, crawlers and tools in the corpus are found by their agent."""
    machines = agents("machine")
    found = [agent for agent in machines if read_agent(agent).why_no_click]

    assert len(machines) >= 40
    assert len(found) / len(machines) >= 0.95


@pytest.mark.parametrize("agent", agents("proxy for people"))
def test_image_proxies(agent):
    """An image proxy shows a banner to a person, but no person follows a link through it."""
    assert read_agent(agent).why_no_view is None
    assert read_agent(agent).why_no_click


def test_apple_prefetch():
    """Apple's prefetch is known, and is nothing that follows links."""
    (agent,) = agents("Apple prefetch")

    assert read_agent(agent).is_apple_prefetch
    assert read_agent(agent).why_no_click


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", "Outlook"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.1", "Thunderbird"),
        ("Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)", "Apple Mail"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", "Gmail image proxy"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Crawler/1.0 (+http://x.example/bot)", "scanner: Crawler"),
        ("curl/8.5.0", "scanner: curl"),
        ("Mozilla/5.0 (compatible; Proofpoint URL Defense)", "scanner: Proofpoint"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Mimecast", "scanner: Mimecast"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/9 Chrome/126.0 Safari/9 Retarus", "scanner: Retarus"),
        ("Mozilla/5.0 (compatible; SomeLinkCheck/1.0)", "scanner: SomeLinkCheck"),
        ("Mozilla/4.0 (compatible;)", "scanner: Mozilla"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_family(agent, family):
    """What is stored is a class of programs, not the agent itself."""
    assert agent_family(agent) == family


@pytest.mark.parametrize(
    ("agent", "why"),
    [
        ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", "ancient: Internet Explorer before 11"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/59.0.1 Safari/537.36", "ancient: Chrome before 60"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/60.0.1 Safari/537.36", None),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/109.0 Safari/537.36", None),
        ("Mozilla/5.0 (Windows NT 5.1; rv:51.0) Gecko/20100101 Firefox/51.0", "ancient: Firefox before 52"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/600 Version/8.0.2 Safari/600", "ancient: Safari before 9"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_8_5) AppleWebKit/9 Safari/9", "ancient: Mac OS X before 10.9"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/9 Version/26.0 Safari/9", None),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/159.0 Safari/537.36", None),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/9 Chrome/300.0 Safari/9",
            "impossible: a browser of the far future",
        ),
        ("Mozilla/5.0 (Windows NT 12.0) AppleWebKit/9 Chrome/142.0 Safari/9", "impossible: no such Windows"),
        ("Mozilla/5.0 (Windows NT 11.0; rv:140.0) Gecko/20100101 Firefox/140.0", "impossible: no such Windows"),
        ("Mozilla/5.0 (X11; Windows NT 10.0) AppleWebKit/9 Chrome/142.0", "impossible: two systems at once"),
        ("Mozilla/5.0 (iPhone; Android 14) AppleWebKit/9 Safari/9", "impossible: two systems at once"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/9 Chrome/142.0 Safari/9", "impossible: two engines at once"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0 Chrome/142.0",
            "impossible: two engines at once",
        ),
        ("Mozilla/5.0 (Linux; Android 99; K) AppleWebKit/9 Chrome/142.0", "impossible: a system of the far future"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/9 Version/26.1 Safari/9", None),
    ],
)
def test_odd_agents(agent, why):
    """An ancient or impossible agent follows no link for a person, and says why; its view counts all the same."""
    assert read_agent(agent).why_no_click == why
    assert read_agent(agent).why_no_view is None


@given(st.none() | st.text(max_size=2000))
def test_the_family_is_short(agent):
    """Whatever is sent as an agent, its class is a short word."""
    assert 0 < len(agent_family(agent)) <= 60


@pytest.mark.parametrize(
    "part", ["a", " ", "(", ";", "a.b ", "(KHTML, like Gecko) ", "Mac OS X ", "1.", "Windows NT ("]
)
def test_a_hostile_agent_costs_little(part):
    """An agent of any length is read in less than half a second, on a busy machine too."""
    agent = (part * 100_000)[:100_000]
    started = time.perf_counter()
    read_agent(agent)

    assert time.perf_counter() - started < 0.5
