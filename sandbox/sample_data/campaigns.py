"""Four campaigns of the sample company, as plain values."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

BANNERS = Path(__file__).parent / "banners"
"""PNG files of 1200×300 pixels, to be shown at 600×150."""


def sample_campaigns(now: datetime) -> list[dict[str, Any]]:
    """`groups` are names of the portal's lists, `accounts` domains; higher `priority` wins; times may be None."""
    return [
        {
            "name": "Spring Fair 2027",
            "picture": BANNERS / "spring_fair.png",
            "alt": "Meet Nordwerk at the Spring Fair 2027, hall 5, booth B12",
            "target_url": "https://www.nordwerk.example/fair?utm_source=signature",
            "starts_at": now - timedelta(days=30),
            "ends_at": now + timedelta(days=60),
            "priority": 30,
            "groups": ["Fair 2026"],
            "accounts": [],
            "default": False,
        },
        {
            "name": "New catalogue",
            "picture": BANNERS / "new_catalogue.png",
            "alt": "The new Nordwerk catalogue: 312 pages of press brakes and tools",
            "target_url": "https://www.nordwerk.example/catalogue",
            "starts_at": now - timedelta(days=45),
            "ends_at": None,
            "priority": 20,
            "groups": ["Customers DACH", "Newsletter"],
            "accounts": [],
            "default": False,
        },
        {
            "name": "Service check for key accounts",
            "picture": BANNERS / "service_check.png",
            "alt": "Ready for winter? Book a service day for your machines",
            "target_url": "https://service.nordwerk.example/book",
            "starts_at": now - timedelta(days=20),
            "ends_at": now + timedelta(days=25),
            "priority": 40,
            "groups": [],
            "accounts": ["acme.example", "hofmann-blech.example"],
            "default": False,
        },
        {
            "name": "Nordwerk Academy",
            "picture": BANNERS / "academy.png",
            "alt": "Nordwerk Academy: free online courses on bending and cutting",
            "target_url": "https://academy.nordwerk.example/",
            "starts_at": None,
            "ends_at": None,
            "priority": 0,
            "groups": [],
            "accounts": [],
            "default": True,
        },
    ]
