"""A workspace on the server: its state, its people, what was handed out there, and our token, if we are installed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sandbox.slack.deliveries import Deliveries
from sandbox.slack.people import People
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.workspace import Workspace


@dataclass
class Site:
    """`bot_token` None: the app is not installed there; then it hears of nothing that happens there."""

    workspace: Workspace
    triggers: Triggers
    response_urls: ResponseUrls
    people: People
    bot_token: str | None
    revoked: set[str] = field(default_factory=set)


def make_site(
    workspace: Workspace,
    deliveries: Deliveries,
    root: Callable[[], str],
    *,
    bot_token: str | None,
    commands: Collection[str] | None = None,
) -> Site:
    """A workspace with nothing handed out yet; `root` is where response URLs begin, with a slash at its end."""
    triggers, response_urls = Triggers(workspace), ResponseUrls(workspace, root)
    people = People(workspace, deliveries, triggers, response_urls, commands)
    return Site(workspace, triggers, response_urls, people, bot_token)
