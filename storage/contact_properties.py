"""Contact properties: THE table of what is read from HubSpot by default and shown on the card, in this order."""

from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import Json


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
ALWAYS_HELD: Final = ("firstname", "lastname")


def shown_names(session: Session) -> tuple[str, ...]:
    """The properties to show, in order: the defaults less those hidden, then those added by name."""
    choices = dict(
        session.exec(select(PropertyChoice.name, PropertyChoice.is_shown).order_by(col(PropertyChoice.name))).all()
    )
    defaults = [one.name for one in SHOWN_BY_DEFAULT if choices.get(one.name, True)]
    return (*defaults, *(name for name, is_shown in choices.items() if is_shown and name not in defaults))


def held_names(session: Session) -> tuple[str, ...]:
    """The properties to read from HubSpot."""
    return tuple(dict.fromkeys((*ALWAYS_HELD, *shown_names(session))))
