"""Agents and scenarios of people and machines, with the truth about each, to hold verdicts against."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Made:
    """A request of a scenario. `by`: "person", "machine" or "proxy"; `what`: "view", "click" or "mangled"."""

    at: float
    what: str
    by: str
    link: str
    agent: str | None
    method: str
    headers: dict[str, str]


def agents(kind: str) -> list[str]:
    """The agents of "person", "machine", "proxy for people" or "Apple prefetch"."""
    with (HERE / "agents.csv").open(newline="") as file:
        return [row["agent"] for row in csv.DictReader(file) if row["kind"] == kind]


def scenarios() -> dict[str, list[Made]]:
    """What was fetched of one mail, oldest first, by the scenario's name."""
    read = tomllib.loads((HERE / "scenarios.toml").read_text())
    return {one["name"]: [_made(fetch, read["agents"]) for fetch in one["fetches"]] for one in read["scenario"]}


def _made(fetch, agent_by_name) -> Made:
    agent = agent_by_name[fetch["agent"]] if "agent" in fetch else None
    plain = {key: fetch[key] for key in ("at", "what", "by", "link")}
    return Made(**plain, agent=agent, method=fetch.get("method", "GET"), headers=fetch.get("headers", {}))
