"""The small rules behind the limits: each takes a value and its JSON pointer, and tells the faults."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that Slack refuses; `constraint` is what `blocks.validate` tells of the broken rule."""

    code: str
    message: str
    pointer: str
    constraint: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"

    def told(self) -> Json:
        name = self.pointer.rpartition("/")[2]
        return {
            "code": self.code,
            "message": self.message,
            "field": name,
            "pointer": self.pointer,
            "constraint": self.constraint,
        }


Found = Iterator[Fault]
Rule = Callable[[Any, str], Found]


def string(most: int, least: int = 1) -> Rule:
    """Characters are counted as code points; which unit Slack counts is not documented."""

    def check(value: Any, where: str) -> Found:
        if not isinstance(value, str):
            yield Fault("invalid_type", "must be a string", where)
        elif len(value) > most:
            yield Fault("too_long", f"must be less than {most + 1} characters", where, {"max_length": most})
        elif len(value) < least:
            yield Fault("too_short", f"must be more than {least - 1} characters", where, {"min_length": least})

    return check


def flag(value: Any, where: str) -> Found:
    if not isinstance(value, bool):
        yield Fault("invalid_type", "must be a boolean", where)


def whole(least: int, most: int) -> Rule:
    def check(value: Any, where: str) -> Found:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield Fault("out_of_range", f"must be a number from {least} to {most}", where, {"min": least, "max": most})

    return check


def number(value: Any, where: str) -> Found:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Fault("invalid_type", "must be a number", where)


def one_of(*allowed: str) -> Rule:
    def check(value: Any, where: str) -> Found:
        if value not in allowed:
            yield Fault("invalid_value", f"must be one of: {', '.join(allowed)}", where, {"enum": list(allowed)})

    return check


def url(value: Any, where: str) -> Found:
    yield from string(3000)(value, where)
    if isinstance(value, str) and (urlsplit(value).scheme not in ("http", "https") or " " in value):
        yield Fault("invalid_url", "must be a valid URL", where)


def link(value: Any, where: str) -> Found:
    """Where a button leads: other schemes than the web's are allowed."""
    yield from string(3000)(value, where)
    if isinstance(value, str) and not urlsplit(value).scheme:
        yield Fault("invalid_url", "must be a valid URL", where)


def array(rule: Rule, least: int, most: int) -> Rule:
    def check(value: Any, where: str) -> Found:
        if not isinstance(value, list):
            yield Fault("invalid_type", "must be an array", where)
            return
        if len(value) > most:
            yield Fault("too_many_items", f"no more than {most} items allowed", where, {"max_items": most})
        if len(value) < least:
            yield Fault("too_few_items", f"no fewer than {least} items allowed", where, {"min_items": least})
        for place, item in enumerate(value):
            yield from rule(item, f"{where}/{place}")

    return check


def anything(value: Any, where: str) -> Found:
    yield from ()


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule], *also: Rule) -> Rule:
    """An object with these fields and no others beside `type`; the rules of `also` see it whole, if it is sound."""
    known = {"type": anything, **required, **optional}

    def check(value: Any, where: str) -> Found:
        if not isinstance(value, dict):
            yield Fault("invalid_type", "must be an object", where)
            return
        faults = [missing(name, where) for name in required if value.get(name) is None]
        for name, held in value.items():
            if name not in known:
                faults.append(Fault("additional_property", f"invalid additional property: {name}", where))
            elif held is not None:
                faults += known[name](held, f"{where}/{name}")
        yield from faults
        for rule in () if faults else also:
            yield from rule(value, where)

    return check


def missing(name: str, where: str) -> Fault:
    return Fault("missing_field", f"missing required field: {name}", where, {"required": name})


def kind(table: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which rule holds."""

    def check(value: Any, where: str) -> Found:
        if not isinstance(value, dict):
            yield Fault("invalid_type", "must be an object", where)
        elif value.get("type") is None:
            yield missing("type", where)
        elif not isinstance(value["type"], str) or value["type"] not in table:
            told = f"unsupported type: {value['type']}"
            yield Fault("unsupported_type", told, f"{where}/type", {"enum": sorted(table)})
        else:
            yield from table[value["type"]](value, where)

    return check


def exactly_one(*names: str) -> Rule:
    def check(value: Json, where: str) -> Found:
        if sum(value.get(name) is not None for name in names) != 1:
            yield Fault("one_of_required", f"must have exactly one of: {', '.join(names)}", where)

    return check


def at_least_one(*names: str) -> Rule:
    def check(value: Json, where: str) -> Found:
        if not any(value.get(name) is not None for name in names):
            yield Fault("missing_field", f"missing required field: {' or '.join(names)}", where)

    return check


def unique(values: Sequence[Any], name: str, where: str) -> Found:
    given = [value for value in values if value]
    for value in sorted({value for value in given if given.count(value) > 1}, key=str):
        yield Fault("duplicate", f"{name} already exists: {value}", where)


def plain(most: int, least: int = 1) -> Rule:
    """A text object of type plain_text."""
    return kind({"plain_text": shape({"text": string(most, least)}, {"emoji": flag})})


def text(most: int, least: int = 1) -> Rule:
    """A text object of either type."""
    mrkdwn = shape({"text": string(most, least)}, {"verbatim": flag})
    return kind({"plain_text": plain(most, least), "mrkdwn": mrkdwn})
