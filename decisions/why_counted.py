"""Why an event counts as a person's or a machine's, in words: each sign, whether it fired, and what it measured."""

from dataclasses import dataclass

from decisions.human_or_machine import AGENT, HUMAN, SIGNS_OF_A_MACHINE, Sign


@dataclass(frozen=True, slots=True)
class SignTold:
    """A sign that was looked for. `measure` is what it measured, None where it did not fire."""

    sign: str
    because: str
    is_certain: bool
    measure: str | None


def signs_told(signs: str | None, measures: str, *, by_agent_alone: bool) -> tuple[SignTold, ...]:
    """
    Every sign that was looked for, in the order in which they decide.

    Args:
        signs: the names of those that fired, as a `Verdict` holds them; `measures` likewise.
        by_agent_alone: another tool told of the click, so that there was nothing else to look at.
    """
    fired = dict(zip(signs.split("; "), measures.split("; "), strict=False)) if signs else {}
    looked_for = [sign for sign in SIGNS_OF_A_MACHINE if sign is AGENT or not by_agent_alone]
    return tuple(_told(sign, fired.get(sign.name)) for sign in looked_for)


def _told(sign: Sign, measure: str | None) -> SignTold:
    return SignTold(sign.name, sign.because, sign.certain, measure)


def because(told: tuple[SignTold, ...], *, is_human: bool, is_doubted: bool) -> str:
    """The reason in one line: what the deciding sign saw, and what that means so far."""
    first = next((one for one in told if one.measure is not None), None)
    if first is None:
        return HUMAN.because
    seen = f"{first.because} ({first.measure})"
    if is_doubted:
        return f"{seen}; it counts as a person's until it is settled, within a minute"
    return f"{seen}, and nothing else spoke against it" if is_human else seen
