"""The filter rules: by which figures, lists and signs people are told from machines, and others to be tried instead."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from decisions.toml_file import read_toml


class SignName(StrEnum):
    """What the signs of a machine are called, wherever they are told."""

    AGENT = "agent"
    PREFETCH = "prefetch"
    HEAD = "head"
    NETWORK = "network"
    MANGLED = "mangled"
    SOON = "too soon"
    BURST = "burst"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class FilterRules:
    """
    What is taken for a machine's click.

    `machine_agents` and `people_agents` are parts of agents, lower-cased: whoever has one is a machine, or is none,
    whatever the kept lists say; a machine's part goes first. `networks_off` are the names of scanner networks that
    count no longer.
    """

    too_soon: timedelta = timedelta(seconds=1)
    burst_within: timedelta = timedelta(seconds=2)
    burst_links: int = 3
    # A scanner shows a mail's banners and follows its links in one go; who opened the mail before is its reader.
    opened_before: timedelta = timedelta(seconds=5)
    # A scanner that shows itself all banners first follows their links in the same run.
    sweep_within: timedelta = timedelta(minutes=5)
    # A scanner that tries spoilt copies of a link does so in one go; later clicks may be the person's.
    mangled_within: timedelta = timedelta(seconds=2)
    signs_off: frozenset[SignName] = frozenset()
    machine_agents: tuple[str, ...] = ()
    people_agents: tuple[str, ...] = ()
    networks_off: frozenset[str] = frozenset()

    def why_no_person(self, user_agent: str | None, as_listed: str | None) -> str | None:
        """Why this agent is no person's: `as_listed` by the kept lists, unless these rules name it."""
        if not self.machine_agents and not self.people_agents:
            return as_listed
        agent = (user_agent or "").lower()
        if part := next((part for part in self.machine_agents if part in agent), None):
            return f"scanner: {part}"
        return None if any(part in agent for part in self.people_agents) else as_listed


TODAY: Final = FilterRules()

# Of a mail's fetches that lie further apart no rule can speak.
LONGEST: Final = timedelta(minutes=10)
_Seconds = Annotated[float, Meta(ge=0, le=LONGEST.total_seconds())]
_Part = Annotated[str, Meta(min_length=1, max_length=200)]


class _Rules(Struct, forbid_unknown_fields=True):
    """A file of rules, as people write it: what is missing in it stays as it is today."""

    too_soon: _Seconds | None = None
    burst_within: _Seconds | None = None
    burst_links: Annotated[int, Meta(ge=2, le=1_000)] | None = None
    opened_before: _Seconds | None = None
    sweep_within: _Seconds | None = None
    mangled_within: _Seconds | None = None
    signs_off: frozenset[SignName] | None = None
    machine_agents: tuple[_Part, ...] | None = None
    people_agents: tuple[_Part, ...] | None = None
    networks_off: frozenset[_Part] | None = None


def read_rules(text: str) -> FilterRules:
    """
    Today's rules with what a TOML text says otherwise; lengths of time in seconds.

    Raises:
        BadFile
    """
    told = msgspec.structs.asdict(read_toml(text, _Rules))
    return replace(TODAY, **{name: _read(value) for name, value in told.items() if value is not None})


def _read(value: Any) -> Any:
    if isinstance(value, float):
        return timedelta(seconds=value)
    return tuple(part.lower() for part in value) if isinstance(value, tuple) else value
