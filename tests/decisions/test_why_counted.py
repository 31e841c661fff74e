"""What an event counts as is explained in words, sign by sign."""

from decisions.human_or_machine import SIGNS_OF_A_MACHINE
from decisions.why_counted import because, signs_told


def test_each_sign_is_told_with_its_measure() -> None:
    """Signs that fired bring what they measured, the others stand there with nothing; they come as they decide."""
    told = signs_told("too soon; burst", "0.40 s; 3 links within 2 s", by_agent_alone=False)

    assert [one.sign for one in told] == [sign.name for sign in SIGNS_OF_A_MACHINE]
    measured = {one.sign: one.measure for one in told if one.measure}
    assert measured == {"too soon": "0.40 s", "burst": "3 links within 2 s"}


def test_another_tools_click_is_judged_by_its_agent() -> None:
    """Where nothing else was looked at, no other sign is told of."""
    assert [one.sign for one in signs_told(None, "", by_agent_alone=True)] == ["agent"]


def test_the_reason() -> None:
    """The deciding sign and what it saw; that a click was doubted or is; and that there was no sign."""
    quick = signs_told("too soon", "0.40 s", by_agent_alone=False)
    seen = "it came too soon after the mail's first fetch (0.40 s)"

    assert because(quick, is_human=False, is_doubted=False) == seen
    assert because(quick, is_human=True, is_doubted=False) == f"{seen}, and nothing else spoke against it"
    assert because(quick, is_human=True, is_doubted=True).startswith(f"{seen}; it counts as a person's until")
    assert (
        because(signs_told(None, "", by_agent_alone=False), is_human=True, is_doubted=False) == "no sign of a machine"
    )
