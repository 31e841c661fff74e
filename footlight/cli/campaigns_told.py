"""How campaigns, and who sees what, are told on the command line: rows for people, JSON for programs."""

from decisions.who_sees_what import RuleKind
from footlight.cli.printing import console, print_table, told, told_exactly
from storage.campaign_choice import Seen
from storage.campaign_list import Listed


def as_row(one: Listed) -> tuple[object, ...]:
    """A campaign as a row of the list."""
    numbers = one.numbers
    rate = f" ({numbers.click_rate:.0%})" if numbers.click_rate is not None else ""
    clicks = f"{numbers.clicks:,} of {numbers.views:,} views{rate}"
    state = one.state.replace("_", " ")
    return (one.name, state, one.priority, one.starts_at, one.ends_at, _for_whom(one), clicks, numbers.machine_clicks)


def _for_whom(one: Listed) -> str:
    others = (*(("everyone else",) if one.is_default else ()), *(("our own people",) if one.is_for_own else ()))
    return ", ".join((*one.groups, *one.accounts, *others))


def as_json_of(one: Listed) -> dict[str, object]:
    """A campaign as JSON."""
    numbers = one.numbers
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "state": one.state,
        "target": one.target_url,
        "utm": one.adds_utm,
        "link": one.link_url,
        "image": one.image_url,
        "banner_digest": one.banner_digest,
        "alt": one.alt,
        "priority": one.priority,
        "from": told_exactly(one.starts_at),
        "until": told_exactly(one.ends_at),
        "default": one.is_default,
        "own": one.is_for_own,
        "external": one.is_external,
        "groups": one.groups,
        "accounts": one.accounts,
        "performance": {
            "views": numbers.views,
            "clicks": numbers.clicks,
            "click_rate": numbers.click_rate,
            "machine_clicks": numbers.machine_clicks,
        },
    }


def seen_as_json(seen: Seen) -> dict[str, object]:
    """What an address sees as JSON."""
    chosen = seen.campaign
    return {
        "email": seen.email,
        "at": told_exactly(seen.at),
        "campaign": {"id": chosen.id, "name": chosen.name} if chosen else None,
        "rule": seen.rule,
        "groups": seen.groups,
        "because": _because(seen),
        "lost": [{"id": one.id, "name": one.name, "because": str(one.because)} for one in seen.lost],
    }


def print_seen(seen: Seen) -> None:
    """What an address sees, and below it why nothing else."""
    chosen = seen.campaign.name if seen.campaign else "no campaign"
    console.print(f"{seen.email}, {told(seen.at)}: {chosen}", markup=False, style="bold")
    console.print(f"Why: {_because(seen)}.", markup=False)
    if seen.lost:
        print_table(("Not", "Why"), [(one.name, str(one.because)) for one in seen.lost], "")


def _because(seen: Seen) -> str:
    if seen.campaign is None:
        return "people of our own domains see only what is made for them" if seen.is_own else "none reaches them"
    priority, groups = seen.campaign.priority, ", ".join(seen.groups)
    return {
        RuleKind.GROUP: f"priority {priority}, assigned to the target group {groups}",
        RuleKind.ACCOUNT: f"priority {priority}, assigned to their account",
        RuleKind.DEFAULT: "the default for everyone whom no other campaign reaches",
        RuleKind.OWN: f"priority {priority}, made for people of our own domains",
    }[seen.rule]
