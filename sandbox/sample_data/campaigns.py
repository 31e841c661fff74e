"""Four campaigns of the sample company, as plain values."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

BANNERS: Final = Path(__file__).parent / "banners"
"""PNG files of 1200×300 pixels, to be shown at 600×150."""


class SampleCampaign(NamedTuple):
    """`groups` are names of the portal's lists, `accounts` domains; higher `priority` wins; days count from now."""

    name: str
    picture: Path
    alt: str
    target_url: str
    priority: int
    groups: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    is_default: bool = False
    starts_in_days: int | None = None
    ends_in_days: int | None = None

    def starts_at(self, now: datetime) -> datetime | None:
        return _in_days(now, self.starts_in_days)

    def ends_at(self, now: datetime) -> datetime | None:
        return _in_days(now, self.ends_in_days)


def _in_days(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


CAMPAIGNS: Final = (
    SampleCampaign(
        "Spring Fair 2027",
        BANNERS / "spring_fair.png",
        "Meet Nordwerk at the Spring Fair 2027, hall 5, booth B12",
        "https://www.nordwerk.example/fair?utm_source=signature",
        priority=30,
        groups=("Fair 2026",),
        starts_in_days=-30,
        ends_in_days=60,
    ),
    SampleCampaign(
        "New catalogue",
        BANNERS / "new_catalogue.png",
        "The new Nordwerk catalogue: 312 pages of press brakes and tools",
        "https://www.nordwerk.example/catalogue",
        priority=20,
        groups=("Customers DACH", "Newsletter"),
        starts_in_days=-45,
    ),
    SampleCampaign(
        "Service check for key accounts",
        BANNERS / "service_check.png",
        "Ready for winter? Book a service day for your machines",
        "https://service.nordwerk.example/book",
        priority=40,
        accounts=("acme.example", "hofmann-blech.example"),
        starts_in_days=-20,
        ends_in_days=25,
    ),
    SampleCampaign(
        "Nordwerk Academy",
        BANNERS / "academy.png",
        "Nordwerk Academy: free online courses on bending and cutting",
        "https://academy.nordwerk.example/",
        priority=0,
        is_default=True,
    ),
)
