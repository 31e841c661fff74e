"""Signatures: the banner and the link that a mail gateway or an add-in puts under an e-mail, for each recipient."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import msgspec
from aiohttp import web

from decisions.addresses import NotAnAddress, account_domain, normalise
from storage.campaigns import Banner, CampaignInForce
from storage.group_commit import Gathering
from storage.mail_signed import Signer, ToBeSigned
from webhooks.bodies import Unreadable, read_json
from webhooks.edge import EDGE, Edge
from webhooks.problems import Problem, malformed, switched_off, too_large
from webhooks.tokens import Opened, seal
from webhooks.verify import NotProven, check_bearer

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
class Asked:
    """A request for signatures: addresses normalised in `sender` and `addresses`, as they came in `recipients`."""

    sender: str
    recipients: tuple[str, ...]
    addresses: tuple[str, ...]
    split: bool


async def sign(request: web.Request) -> web.Response:
    """A banner for each recipient in their order, or one for all with `"split": false`."""
    edge = request.app[EDGE]
    body = await request.read()
    require_key(edge, request)
    asked = read_asked(body)
    chosen = await request.app[SIGNING](ToBeSigned(asked.sender, asked.addresses, edge.now()))
    mail_id = edge.new_mail_id()
    if asked.split:
        each = zip(asked.recipients, asked.addresses, chosen, strict=True)
        banners = [
            _banner(edge, given, Opened(mail_id, asked.sender, address, None, _target(campaign)), campaign)
            for given, address, campaign in each
        ]
    else:
        campaign = most_seen(chosen)
        content = Opened(mail_id, asked.sender, None, shared_account(asked.addresses), *_led_by(campaign))
        banners = [_banner(edge, None, content, campaign)]
    return web.Response(body=msgspec.json.encode({"banners": banners}), content_type="application/json")


def require_key(edge: Edge, request: web.Request) -> None:
    """
    Raises:
        Problem: 404 while the API is off, 401 without the right key.
    """
    if not edge.api_keys:
        raise switched_off(404, "FOOTLIGHT_API_KEY")
    try:
        check_bearer(request.headers, keys=edge.api_keys)
    except NotProven as error:
        raise Problem(401, "forged", f"{error}.", {"WWW-Authenticate": "Bearer"}) from error


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
    addresses = tuple(_address(f"recipients[{place}]", one) for place, one in enumerate(recipients))
    return Asked(_address("sender", asked.get("sender")), tuple(recipients), addresses, split)


def _address(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise malformed(f"{field} must be an e-mail address.")
    try:
        return normalise(value)
    except NotAnAddress as error:
        raise malformed(f"{field} is no e-mail address: {error}.") from error


def most_seen(chosen: Sequence[CampaignInForce | None]) -> CampaignInForce | None:
    """The campaign that most of them would see; of several, the one with the higher priority, then the older."""
    by_id = {campaign.decided.id: campaign.decided for campaign in chosen if campaign}
    seen = Counter(campaign.decided.id for campaign in chosen if campaign)
    if not seen:
        return None

    def weight(id_: int) -> tuple[int, int, float, int]:
        return seen[id_], by_id[id_].priority, -by_id[id_].created_at.timestamp(), -id_

    best = max(seen, key=weight)
    return next(campaign for campaign in chosen if campaign and campaign.decided.id == best)


def shared_account(addresses: Sequence[str]) -> str | None:
    """The account domain of all these addresses, if it is one and the same."""
    domains = {account_domain(address) for address in addresses}
    return domains.pop() if len(domains) == 1 else None


def _led_by(campaign: CampaignInForce | None) -> tuple[str | None, int | None]:
    return _target(campaign), campaign.decided.id if campaign else None


def _target(campaign: CampaignInForce | None) -> str | None:
    return campaign.decided.target_url if campaign else None


def _banner(edge: Edge, recipient: str | None, content: Opened, campaign: CampaignInForce | None) -> dict[str, Any]:
    token = seal(edge.keys, content)
    image_url, click_url = f"{edge.public_url}/b/{token}", f"{edge.public_url}/c/{token}"
    html = signature_html(image_url, click_url, campaign.banner if campaign else None)
    return {"recipient": recipient, "image_url": image_url, "click_url": click_url, "html": html}


def signature_html(image_url: str, click_url: str, banner: Banner | None) -> str:
    """A linked picture with inline attributes alone, as mail clients drop style sheets."""
    size = shown_size(banner.width, banner.height) if banner and banner.width and banner.height else None
    sized = f' width="{size[0]}" height="{size[1]}"' if size else ""
    return (
        f'<a href="{escape(click_url)}" target="_blank" rel="noopener">'
        f'<img src="{escape(image_url)}"{sized} alt="{escape(banner.alt if banner else "")}" border="0" '
        'style="display:block;border:0;max-width:100%;height:auto"></a>'
    )


def shown_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in CSS pixels, at most 600 wide."""
    if width <= SHOWN_WIDTH:
        return width, height
    return SHOWN_WIDTH, max(1, round(height * SHOWN_WIDTH / width))
