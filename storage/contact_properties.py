"""Contact properties: THE table of what is read from HubSpot by default and shown on the card, in this order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mendable import Mendable
from storage import audit, hubspot_choices, list_walks
from storage.columns import Json, from_microseconds


class PropertyChoice(SQLModel, table=True):
    """The admin's word on a property: show it although it is no default, or hide it although it is one."""

    __tablename__ = "property_choice"

    name: str = Field(primary_key=True)
    is_shown: bool


class PropertyLabel(SQLModel, table=True):
    """What HubSpot calls a property, and the labels of its options by their values."""

    __tablename__ = "property_label"

    name: str = Field(primary_key=True)
    label: str
    kind: str = Field(description="HubSpot's type: string, number, date, datetime, enumeration, bool, owner")
    options: dict[str, str] = Field(default_factory=dict, sa_type=Json)


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """A property as HubSpot defines it. `kind` is its type, or `owner` where the values are owners' ids."""

    name: str
    label: str
    kind: str
    options: dict[str, str] = field(default_factory=dict)


# The name on the card is HubSpot's label where one is known; a new row here is a new line on the card.
SHOWN_BY_DEFAULT: Final = (
    PropertyDefinition("jobtitle", "Job title", "string"),
    PropertyDefinition("lifecyclestage", "Lifecycle stage", "enumeration"),
    PropertyDefinition("phone", "Phone", "string"),
    PropertyDefinition("city", "City", "string"),
    PropertyDefinition("country", "Country", "string"),
    PropertyDefinition("notes_last_contacted", "Last contacted", "datetime"),
)
# Held because columns and the card's head are made of them.
ALWAYS_HELD: Final = ("firstname", "lastname", "hubspot_owner_id", "lifecyclestage")


@dataclass(eq=False)  # Python writes to an exception's attributes while it is raised
class NoSuchProperty(Mendable):
    """HubSpot defines no contact property of that name, or holds it to be sensitive."""

    name: str

    def __str__(self) -> str:
        return (
            f"{self.name}: HubSpot defines no contact property of that name, or holds it to be sensitive, and those are"
            " never read. Internal names are wanted, such as jobtitle: footlight properties list --all"
        )


def shown_names(session: Session) -> tuple[str, ...]:
    """The properties to show, in order: the defaults less those hidden, then those added by name."""
    choices = dict(
        session.exec(select(PropertyChoice.name, PropertyChoice.is_shown).order_by(col(PropertyChoice.name))).all()
    )
    defaults = [one.name for one in SHOWN_BY_DEFAULT if choices.get(one.name, True)]
    return (*defaults, *(name for name, is_shown in choices.items() if is_shown and name not in defaults))


def held_names(session: Session) -> tuple[str, ...]:
    """The properties to read from HubSpot."""
    opt_outs = (one.property for one in hubspot_choices.all_chosen(session).values() if one.property)
    return tuple(dict.fromkeys((*ALWAYS_HELD, *shown_names(session), *opt_outs)))


def choose(session: Session, name: str, *, actor: str, now: datetime) -> None:
    """
    Show this property; its values come with the next pass.

    Raises:
        NoSuchProperty: as far as HubSpot was asked yet.
    """
    require(session, name)
    session.merge(PropertyChoice(name=name, is_shown=True))
    list_walks.read_everybody_again(session)
    audit.note(session, now=now, actor=actor, action="showed a property", detail=name)


def require(session: Session, name: str) -> None:
    """
    Return if HubSpot may define this property.

    Raises:
        NoSuchProperty: as far as HubSpot was asked yet.
    """
    told = session.exec(select(PropertyLabel.name).limit(1)).first() is not None
    if told and session.get(PropertyLabel, name) is None:
        raise NoSuchProperty(name)


def hide(session: Session, name: str, *, actor: str, now: datetime) -> None:
    """Show this property no longer, and read it no more unless something else is made of it."""
    session.merge(PropertyChoice(name=name, is_shown=False))
    audit.note(session, now=now, actor=actor, action="hid a property", detail=name)


def store_definitions(session: Session, definitions: Collection[PropertyDefinition]) -> None:
    """Know what HubSpot defines now, and nothing else; an empty answer changes nothing."""
    if not definitions:
        return
    for one in definitions:
        session.merge(PropertyLabel(name=one.name, label=one.label, kind=one.kind, options=one.options))
    session.flush()
    session.execute(delete(PropertyLabel).where(col(PropertyLabel.name).not_in([one.name for one in definitions])))


def known(session: Session) -> tuple[PropertyDefinition, ...]:
    """All that HubSpot defines, as far as it was asked, by name."""
    rows = session.exec(select(PropertyLabel).order_by(col(PropertyLabel.name)))
    return tuple(PropertyDefinition(row.name, row.label, row.kind, row.options) for row in rows)


def definitions_of(session: Session, names: Iterable[str]) -> tuple[PropertyDefinition, ...]:
    """Properties in the order of `names`, with HubSpot's labels; without one, ours or the internal name."""
    wanted = tuple(names)
    rows = session.exec(select(PropertyLabel).where(col(PropertyLabel.name).in_(wanted)))
    defined = {one.name: one for one in SHOWN_BY_DEFAULT}
    defined |= {row.name: PropertyDefinition(row.name, row.label, row.kind, row.options) for row in rows}
    return tuple(defined.get(name) or PropertyDefinition(name, name, "string") for name in wanted)


def readable(definition: PropertyDefinition, raw: str, owners: Mapping[str, str]) -> str | date | datetime:
    """
    HubSpot's raw value as people read it: options by label, owners by name (`owners`), dates as dates.

    What is not what its kind says stays as it came.
    """
    match definition.kind:
        case "date":
            moment = _moment(raw)
            return moment.date() if moment else raw
        case "datetime":
            return _moment(raw) or raw
        case "owner":
            return owners.get(raw, raw)
        case "enumeration" | "bool":
            return ", ".join(definition.options.get(value, value) for value in raw.split(";") if value)
    return raw


def _moment(raw: str) -> datetime | None:
    """HubSpot writes ISO 8601 in UTC, and in older answers milliseconds since 1970."""
    try:
        if raw.lstrip("-").isdigit():
            return from_microseconds(int(raw) * 1000)
        moment = datetime.fromisoformat(raw)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
