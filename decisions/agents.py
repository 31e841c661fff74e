"""The user agent: the class of program behind it, and whether it can be a person's. Only the class stays stored."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import crawleruseragents
from is_bot import Bots

from decisions.outside_text import clean

# The longest agents of real mail clients have some 400 characters; the rest is only work for the lists.
LONGEST_AGENT: Final = 1_000
NO_AGENT: Final = "none"
OTHER: Final = "other"

LONGEST_NAME: Final = 40
_PRODUCT: Final = re.compile(r"[A-Za-z][\w.-]*")


@dataclass(frozen=True, slots=True)
class Agent:
    """What an agent string tells. `why_no_click` and `why_no_view` say why it cannot be a person; None: it can."""

    family: str
    is_apple_prefetch: bool
    why_no_click: str | None
    why_no_view: str | None


def read_agent(user_agent: str | None) -> Agent:
    """What an agent string tells; cached, as it stands on the path of every click."""
    return _read((user_agent or "").strip()[:LONGEST_AGENT])


def agent_family(user_agent: str | None) -> str:
    """A small class to store instead of the agent: "Chrome", "Outlook", "Gmail image proxy", "scanner: curl"."""
    return read_agent(user_agent).family


def kept_agent(user_agent: str | None) -> str:
    """The agent itself as it is kept for replay: fit for any store, "" where none was sent."""
    return _fit_to_keep(user_agent or "")


@lru_cache(maxsize=8_192)
def _fit_to_keep(user_agent: str) -> str:
    return clean(user_agent.strip(), LONGEST_AGENT)


# They fetch a banner when, and only when, its reader opens the mail; they follow no link.
PEOPLES_PROXIES: Final = (
    ("Gmail image proxy", re.compile(r"GoogleImageProxy")),
    ("Yahoo image proxy", re.compile(r"YahooMailProxy|YahooCacheSystem")),
)

# Apple's Mail Privacy Protection fetches with this and nothing else.
APPLE_PREFETCH: Final = "Mozilla/5.0"
APPLE_PROXY: Final = "Apple Mail proxy"

_WEBKIT: Final = r"AppleWebKit/[\d.]+ \(KHTML, like Gecko\)"
_OTHER_MAIL_CLIENT: Final = re.compile(
    r"eM ?Client/|Airmail|Postbox|The Bat!|Mailspring/|Mailbird/|BlueMail/|Yahoo%20Mail/|ymail/|Lotus-Notes/|"
    r"Foxmail/|MailMaster|NaverMailApp/|MailBar/|K-9 Mail|FairEmail|Evolution/|KMail|Superhuman"
)

# The first that matches is the family; several name each other for compatibility, so the order counts.
FAMILIES: Final = (
    *PEOPLES_PROXIES,
    (APPLE_PROXY, re.compile(rf"\A{re.escape(APPLE_PREFETCH)}\Z")),
    ("Outlook", re.compile(r"Microsoft Outlook|Outlook(?:-\w+)*/|ms-office|MSOffice|WindowsMail/")),
    ("Thunderbird", re.compile(r"Thunderbird/|Betterbird/|Icedove/")),
    ("Apple Mail", re.compile(rf"\A(?:Mail|MobileMail|dataaccessd)/\S+ |Mac OS X[^)]*\) {_WEBKIT}(?: Mobile/\w+)?\Z")),
    ("Other mail client", _OTHER_MAIL_CLIENT),
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/|Opera[/ ]|OPT/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrom(?:e|ium)/|CriOS/|GSA/")),
    ("Internet Explorer", re.compile(r"Trident/|MSIE ")),
    ("Safari", re.compile(r"Version/[\d.]+ .*Safari/")),
)

# The lists take these for machines, by the form of their agents.
MAIL_CLIENTS: Final = frozenset({APPLE_PROXY, "Outlook", "Thunderbird", "Apple Mail", "Other mail client"})

# Mail gateways that the lists do not know, by the names their makers gave them.
GATEWAYS: Final = re.compile(
    r"Barracuda|Proofpoint|Mimecast|Safe ?Links|Microsoft-URLAnalyzer|IronPort|Cisco ?Secure|MessageLabs|Symantec|"
    r"Trend ?Micro|\bTMES\b|Forti(?:Mail|Guard|Sandbox)|Sophos|FireEye|Trellix|Zscaler|Forcepoint|Websense|\bZix|"
    r"Hornetsecurity|Avanan|Vade ?Secure|Cloudmark|SpamAssassin|Trustwave|MailMarshal|Ironscales|Retarus|SpamTitan|"
    r"Libraesva|NoSpamProxy|GreatHorn|Cofense|VirusTotal|Netcraft",
    re.IGNORECASE,
)

# Released more than nine years ago: browsers renew themselves, so hardly a person still uses them, but scanners keep
# the agent of the day they were written. Where a system holds people back they have something newer: Chrome 109 on
# Windows 7, 81 on Android 4.4; Firefox 52 on Windows XP. Internet Explorer 11 says Trident/7.0, in compatibility mode
# under an older MSIE.
ANCIENT: Final = (
    ("ancient: Internet Explorer before 11", re.compile(r"MSIE [\d.]+(?!.*Trident/[7-9])")),
    ("ancient: Chrome before 60", re.compile(r"(?:Chrome|CriOS)/[1-5]?\d\.")),
    ("ancient: Firefox before 52", re.compile(r"Firefox/(?:[1-4]?\d|5[01])\.")),
    ("ancient: Safari before 9", re.compile(r"\((?:Mac|Win)(?!.*Chrome/).*Version/[1-8]\.[\d.]+ Safari/")),
    ("ancient: Opera before 15", re.compile(r"\AOpera/")),
    ("ancient: Netscape", re.compile(r"\AMozilla/[1-4]\.\d+ \[|Netscape|Navigator/")),
    ("ancient: Windows before XP", re.compile(r"Windows (?:9[58]|CE|ME|NT [1-4]\.|NT 5\.0|2000)")),
    ("ancient: Mac OS X before 10.9", re.compile(r"Mac OS X 10[_.][0-8](?!\d)")),
    ("ancient: iOS before 9", re.compile(r"i?P(?:hone|ad|od).* OS [1-8]_")),
    ("ancient: Android before 4.4", re.compile(r"Android (?:[1-3]\.|4\.[0-3])")),
)

# Strings that no program sends which a person reads with. Browsers call Windows 11 "NT 10.0" and a new macOS
# "10_15_7", and on an iPhone Chrome calls itself CriOS and Firefox FxiOS. No browser had come to version 200 by the
# end of 2026, no system to 40.
IMPOSSIBLE: Final = (
    ("impossible: nothing after the product", re.compile(r"\AMozilla/\d\.\d\Z")),
    (
        "impossible: two systems at once",
        re.compile(
            r"\A[^(]*\((?:[^)]*Windows NT[^)]*(?:Mac OS|Android|X11|iPhone)|"
            r"(?:Mac|iP|X11|Linux)[^)]*Windows NT|(?:iP|Macintosh)[^)]*Android)"
        ),
    ),
    (
        "impossible: two engines at once",
        re.compile(r"Gecko/\d{8}.*Chrome/|Chrome/.* Firefox/|Firefox/.* Chrome/|Trident/.*Chrome/|\(iP.* Chrome/"),
    ),
    ("impossible: no such Windows", re.compile(r"Windows NT (?!5\.[12]|6\.[0-3]|10(?![\d.])|10\.0)\d")),
    ("impossible: Chrome without its engine", re.compile(r"\A(?!.*AppleWebKit).*Chrome/\d")),
    ("impossible: a browser of the far future", re.compile(r"(?:Chrome|Firefox|Edg|CriOS)/(?:[3-9]\d\d|\d{4,})")),
    ("impossible: a system of the far future", re.compile(r"(?:Android | OS )(?:[4-9]\d|\d{3,})[._;)]")),
    ("impossible: a system without a browser", re.compile(r"\A(?:Mozilla/5\.0 \((?!compatible)[^)]*\)\Z|Dalvik/)")),
)


@lru_cache(maxsize=8_192)
def _read(agent: str) -> Agent:
    if not agent:
        return Agent(NO_AGENT, is_apple_prefetch=False, why_no_click="no agent", why_no_view="no agent")
    family = next((name for name, pattern in FAMILIES if pattern.search(agent)), OTHER)
    listed = _gateway(agent) or (None if family in MAIL_CLIENTS else _listed_as(agent))
    why_no_view = None if family in dict(PEOPLES_PROXIES) else listed
    return Agent(why_no_view or family, family == APPLE_PROXY, listed or _why_odd(agent, family), why_no_view)


def _gateway(agent: str) -> str | None:
    gateway = GATEWAYS.search(agent)
    return f"scanner: {gateway.group()}" if gateway else None


def _why_odd(agent: str, family: str) -> str | None:
    # Mail clients name the engine they were built with years ago: Mailbird Chrome 51, Outlook Internet Explorer 9.
    odd = IMPOSSIBLE if family in MAIL_CLIENTS else (*ANCIENT, *IMPOSSIBLE)
    return next((reason for reason, pattern in odd if pattern.search(agent)), None)


def _listed_as(agent: str) -> str | None:
    """The product in `agent` that one of the kept lists knows as a machine."""
    fragment = _listed_fragment(agent)
    if fragment is None:
        return None
    start = agent.index(fragment)
    names = [token.group() for token in _PRODUCT.finditer(agent) if token.end() > start]
    # "Mozilla/5.0 (compatible; Name/1.0)" may be listed by its form, which says less than the name in it.
    name = next((name for name in names if name not in ("Mozilla", "compatible")), names[0] if names else "unnamed")
    return f"scanner: {name[:LONGEST_NAME]}"


def _listed_fragment(agent: str) -> str | None:
    # is_crawler is five times faster than the one big pattern, which alone tells what matched.
    if crawleruseragents.is_crawler(agent):
        crawler: str = crawleruseragents.CRAWLER_PATTERNS.case_sensitive.search(agent).group()
        return crawler
    bot: str | None = _bots().find(agent)
    return bot


@cache
def _bots() -> Bots:
    return Bots()
