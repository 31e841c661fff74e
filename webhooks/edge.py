"""The edge: what the endpoints are given by whoever starts the process."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from standardwebhooks import Webhook

from decisions.sealing import Keys
from storage import Store
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Tracker
from webhooks.metrics import Metrics
from webhooks.tokens import new_mail_id

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well before we are ready; `why_not` gives the reason why it is not, or None."""

    name: str
    why_not: Callable[[], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """
    Plain values and ports. What is empty or None switches its endpoint off, which then says so.

    `public_url` is how the world reaches us, without a slash at its end. Without a `tracker` (the key of the opt-outs
    cannot be opened) banners and redirects still work, but nothing is recorded. `api_rate`: requests a minute for each
    key of the API. `scanner_at` says whose scanner network a request comes from. `sender_numbers`: whether numbers of
    single employees are told. `time_zone`: whose days are told, by IANA name; None: the portal's. `draw_chart`
    gives the PNG that a chart's token stands for, None for no token of ours.
    """

    store: Store
    keys: Keys
    public_url: str
    campaigns: CampaignsInForce
    tracker: Tracker | None = None
    hubspot_secrets: tuple[str, ...] = ()
    workflow_secrets: tuple[str, ...] = ()
    click_secrets: tuple[Webhook, ...] = ()
    api_keys: tuple[str, ...] = ()
    api_rate: int = 600
    sender_numbers: bool = False
    time_zone: str | None = None
    slack_events: Handler | None = None
    slack_install: Handler | None = None
    slack_oauth_redirect: Handler | None = None
    scanner_at: Callable[[web.Request], str | None] | None = None
    draw_chart: Callable[[str], Awaitable[bytes | None]] | None = None
    checks: tuple[Check, ...] = ()
    now: Callable[[], datetime] = utc_now
    new_mail_id: Callable[[datetime], str] = new_mail_id
    metrics: Metrics = field(default_factory=Metrics)

    def called(self, request: web.Request) -> str:
        """The address that the caller called, as it must have signed it: a proxy may have rewritten host and scheme."""
        return self.public_url + request.raw_path


EDGE: Final = web.AppKey("edge", Edge)
