"""A mail is about to be signed: its sender becomes known, and each recipient has a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from decisions.who_sees_what import Recipient
from storage.campaigns import CampaignInForce, CampaignsInForce
from storage.recipients import Named, look_up
from storage.senders import keep_senders, own_domains


@dataclass(frozen=True, slots=True)
class ToBeSigned:
    """A mail before it is sent: normalised addresses. Not `split`: all recipients get the same copy."""

    sender: str
    recipients: tuple[str, ...]
    at: datetime
    split: bool = True


@dataclass(frozen=True, slots=True)
class Signer:
    """What the batch needs beside the session; our own domains by the settings, or empty."""

    campaigns: CampaignsInForce
    own_domains: frozenset[str] = frozenset()

    def choose(self, session: Session, mails: Sequence[ToBeSigned]) -> list[tuple[CampaignInForce | None, ...]]:
        """For each mail, what each of its recipients sees, in their order; one for all where it is not split."""
        self.campaigns.refresh(session)
        # Nothing is kept of the recipients.
        keep_senders(session, {mail.sender for mail in mails})
        own = self.own_domains or own_domains(session)
        seen_as = look_up(session, {Named(one, None) for mail in mails for one in mail.recipients}, own=own)
        return [self._choose(mail, [seen_as[Named(one, None)] for one in mail.recipients]) for mail in mails]

    def _choose(self, mail: ToBeSigned, recipients: Sequence[Recipient]) -> tuple[CampaignInForce | None, ...]:
        if not mail.split:
            return (self.campaigns.choose_for_all(recipients, mail.at),)
        return tuple(self.campaigns.choose(one, mail.at)[0] for one in recipients)
