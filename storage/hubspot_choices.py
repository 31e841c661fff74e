"""What the admin lets Footlight and HubSpot tell each other by themselves. Nothing at first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from storage import audit, list_walks
from storage.columns import Word


class HubSpotOption(StrEnum):
    """
    OPT_OUT_FROM: a property there opts out here. OPT_OUT_TO: an opt-out here sets a property there.

    CLICKS: clicks are noted there, without a property; how far is `storage.clicks_to_hubspot`'s.
    """

    OPT_OUT_FROM = "opt_out_from"
    OPT_OUT_TO = "opt_out_to"
    CLICKS = "clicks"


class HubSpotChoice(SQLModel, table=True):
    """A choice that was made; those that were not have no row."""

    __tablename__ = "hubspot_choice"

    choice: HubSpotOption = Field(primary_key=True, sa_type=Word(HubSpotOption))
    property: str = Field(description="HubSpot's internal name of a contact property; empty: none")
    value: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A contact property by HubSpot's internal name, and its value that means an opt-out."""

    property: str
    value: str

    def is_set(self, raw: str | None) -> bool:
        """Whether a property's raw value is the chosen one; of several in one, any."""
        return self.value.casefold() in (raw or "").casefold().split(";")


def all_chosen(session: Session) -> dict[HubSpotOption, Chosen]:
    """The choices that were made."""
    return {row.choice: Chosen(row.property, row.value) for row in session.exec(select(HubSpotChoice))}


def chosen(session: Session, choice: HubSpotOption) -> Chosen | None:
    """What was chosen; None: it is off."""
    row = session.get(HubSpotChoice, choice)
    return Chosen(row.property, row.value) if row else None


def choose(session: Session, choice: HubSpotOption, what: Chosen, *, actor: str, now: datetime) -> None:
    """From now on it is done so."""
    before = chosen(session, choice)
    if before == what:
        return
    if what.property and (before is None or before.property != what.property):
        list_walks.read_everybody_again(session)
    session.merge(HubSpotChoice(choice=choice, property=what.property, value=what.value))
    session.flush()
    note(session, f"{choice}: {what.property}", actor=actor, now=now)


def switch_off(session: Session, choice: HubSpotOption, *, actor: str, now: datetime) -> None:
    """From now on it is not done."""
    if chosen(session, choice) is not None:
        session.execute(delete(HubSpotChoice).where(col(HubSpotChoice.choice) == choice))
        note(session, f"{choice}: off", actor=actor, now=now)


def note(session: Session, detail: str, *, actor: str, now: datetime) -> None:
    """Write a choice into the audit."""
    audit.note(session, now=now, actor=actor, action="changed the exchange with HubSpot", detail=detail)
