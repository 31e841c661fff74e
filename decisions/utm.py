"""UTM parameters: what tells the target site's analytics that a visitor came by a campaign's banner."""

from typing import Final
from urllib.parse import quote, unquote_plus

# What common analytics file under e-mail.
SOURCE: Final = "signature"
MEDIUM: Final = "email"
# Octets of a name as it stands in a URL: a target with it still fits into a token.
LONGEST_CAMPAIGN: Final = 120


def with_utm(target_url: str, campaign: str) -> str:
    """
    `target_url` with utm_source, utm_medium and utm_campaign, each only where it has none of its own.

    Everything else stays as it was written, octet for octet; a second time changes nothing.

    Args:
        campaign: its name; analytics show it as it is, cut where it is long.
    """
    page, fragment_mark, fragment = target_url.partition("#")
    base, _, query = page.partition("?")
    missing = [(name, value) for name, value in _parameters(campaign) if name not in _names(query)]
    if not missing:
        return target_url
    added = "&".join(f"{name}={value}" for name, value in missing)
    between = "&" if query and not query.endswith("&") else ""
    return f"{base}?{query}{between}{added}{fragment_mark}{fragment}"


def _parameters(campaign: str) -> tuple[tuple[str, str], ...]:
    return ("utm_source", SOURCE), ("utm_medium", MEDIUM), ("utm_campaign", _shortened(campaign))


def _names(query: str) -> set[str]:
    """The names of a query's parameters, in whatever case and encoding they are written."""
    return {unquote_plus(part.partition("=")[0]).casefold() for part in query.split("&")}


def _shortened(campaign: str) -> str:
    while len(value := quote(campaign, safe="")) > LONGEST_CAMPAIGN:
        campaign = campaign[:-1]
    return value
