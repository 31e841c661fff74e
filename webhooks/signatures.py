"""Signatures: the banner and the link that a mail gateway or an add-in puts under an e-mail, for each recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import msgspec
from aiohttp import web

from decisions.addresses import NotAnAddress, account_domain, normalise
from storage.api_keys import Scope
from storage.campaigns import Banner, CampaignInForce
from storage.group_commit import Gathering
from storage.mail_signed import Signer, ToBeSigned
from webhooks.api.access import admit
from webhooks.bodies import Unreadable, read_json
from webhooks.edge import EDGE, Edge
from webhooks.problems import malformed, too_large
from webhooks.tokens import Opened, seal

MOST_RECIPIENTS: Final = 1_000
# The usual width of a mail; a wider picture is shown smaller, and so stays crisp on screens of high density.
SHOWN_WIDTH: Final = 600

Signing = Gathering[ToBeSigned, tuple[CampaignInForce | None, ...]]
SIGNING: Final = web.AppKey("signing", Signing)


def signing(edge: Edge) -> Signing:
    """The gate for mails to be signed."""
    own = edge.tracker.own_domains if edge.tracker else frozenset()
    return edge.store.gather(Signer(edge.campaigns, own).choose)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient as it was sent, with its normalised address; or with None and the reason why it is no address."""

    given: str
    address: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for signatures; `sender` is normalised."""

    sender: str
    recipients: tuple[Recipient, ...]
    split: bool

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those of the recipients that can be written to, in their order."""
        return tuple(one.address for one in self.recipients if one.address is not None)


async def sign(request: web.Request) -> web.Response:
    """A banner for each recipient in their order, or one for all with `"split": false`."""
    edge = request.app[EDGE]
    body = await request.read()
    await admit(request, Scope.SIGNATURES)
    asked = read_asked(body)
    chosen = await request.app[SIGNING](ToBeSigned(asked.sender, asked.addresses, edge.now(), asked.split))
    banners = _for_each(edge, asked, chosen) if asked.split else [_for_all(edge, asked, *chosen)]
    return web.Response(body=msgspec.json.encode({"banners": banners}), content_type="application/json")


def _for_each(edge: Edge, asked: Asked, chosen: Sequence[CampaignInForce | None]) -> list[dict[str, Any]]:
    """Who cannot be written to has no banner; a reason stands in its place, and the others have theirs."""
    mail_id, campaigns = edge.new_mail_id(edge.now()), dict(zip(asked.addresses, chosen, strict=True))
    banners = []
    for one in asked.recipients:
        if one.address is None:
            banners.append({"recipient": one.given, **_NO_BANNER, "reason": f"it is no e-mail address: {one.reason}"})
        else:
            campaign = campaigns[one.address]
            content = Opened(mail_id, asked.sender, one.address, None, _target(campaign))
            banners.append({"recipient": one.given, **_banner(edge, content, campaign)})
    return banners


_NO_BANNER: Final = {"image_url": None, "click_url": None, "html": ""}


def _for_all(edge: Edge, asked: Asked, campaign: CampaignInForce | None) -> dict[str, Any]:
    is_known = len(asked.addresses) == len(asked.recipients)
    account = shared_account(asked.addresses) if is_known else None
    content = Opened(edge.new_mail_id(edge.now()), asked.sender, None, account, *_led_by(campaign))
    return {"recipient": None, **_banner(edge, content, campaign)}


def read_asked(body: bytes) -> Asked:
    """
    Raises:
        Problem: 400 when it is no JSON of the shape, 413 for more than 1,000 recipients.
    """
    try:
        asked = read_json(body)
    except Unreadable as error:
        raise malformed(f"The body cannot be read: {error}.") from error
    if not isinstance(asked, dict):
        raise malformed('Send {"sender": "...", "recipients": ["..."]}.')
    recipients, split = asked.get("recipients"), asked.get("split", True)
    if not isinstance(recipients, list) or not isinstance(split, bool):
        raise malformed("recipients must be an array of addresses, split true or false.")
    if len(recipients) > MOST_RECIPIENTS:
        raise too_large(f"{MOST_RECIPIENTS:,} recipients")
    known = tuple(_recipient(_text(f"recipients[{place}]", one)) for place, one in enumerate(recipients))
    return Asked(_sender(_text("sender", asked.get("sender"))), known, split)


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise malformed(f"{field} must be an e-mail address.")
    return value


def _sender(text: str) -> str:
    try:
        return normalise(text)
    except NotAnAddress as error:
        raise malformed(f"sender is no e-mail address: {error}.") from error


def _recipient(given: str) -> Recipient:
    try:
        return Recipient(given, normalise(given))
    except NotAnAddress as error:
        return Recipient(given, None, str(error))


def shared_account(addresses: Sequence[str]) -> str | None:
    """The account domain of all these addresses, if it is one and the same."""
    domains = {account_domain(address) for address in addresses}
    return domains.pop() if len(domains) == 1 else None


def _led_by(campaign: CampaignInForce | None) -> tuple[str | None, int | None]:
    return _target(campaign), campaign.decided.id if campaign else None


def _target(campaign: CampaignInForce | None) -> str | None:
    return campaign.decided.target_url if campaign else None


def _banner(edge: Edge, content: Opened, campaign: CampaignInForce | None) -> dict[str, Any]:
    token = seal(edge.keys, content)
    image_url, click_url = f"{edge.public_url}/b/{token}", f"{edge.public_url}/c/{token}"
    page_url = f"{edge.public_url}/p/{token}" if content.recipient else None
    html = signature_html(image_url, click_url, campaign.banner if campaign else None, page_url)
    return {"image_url": image_url, "click_url": click_url, "html": html}


def signature_html(image_url: str, click_url: str, banner: Banner | None, page_url: str | None = None) -> str:
    """
    A linked picture and the recipient's page, with inline attributes alone, as mail clients drop style sheets.

    The language of the mail is not known: the link bears a word of both.
    """
    size = shown_size(banner.width, banner.height) if banner and banner.width and banner.height else None
    sized = f' width="{size[0]}" height="{size[1]}"' if size else ""
    return (
        f'<a href="{escape(click_url)}" target="_blank" rel="noopener">'
        f'<img src="{escape(image_url)}"{sized} alt="{escape(banner.alt if banner else "")}" border="0" '
        'style="display:block;border:0;max-width:100%;height:auto"></a>'
        + (_PAGE_LINK.format(url=escape(page_url)) if page_url else "")
    )


_PAGE_LINK: Final = (
    '<div style="font:11px/1.6 Arial,sans-serif"><a href="{url}" target="_blank" rel="noopener" '
    'style="color:#666666">Privacy &middot; Datenschutz</a></div>'
)


def shown_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in CSS pixels, at most 600 wide."""
    if width <= SHOWN_WIDTH:
        return width, height
    return SHOWN_WIDTH, max(1, round(height * SHOWN_WIDTH / width))
