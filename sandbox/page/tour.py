"""The tour: five steps, each of them done when it was really done and its effect was seen on the wire."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.page.telling import short_time
from sandbox.page.wire import Story


@dataclass(frozen=True, slots=True)
class Step:
    """
    Args:
        says: what to do.
        then: what is to be seen.
        done: what came of it; `{time}` is the time from deed to effect.
        is_done: whether a story holds it.
    """

    name: str
    says: str
    then: str
    done: str
    is_done: Callable[[Story], bool]


STEPS: Final = (
    Step(
        "Click a banner",
        "In the inbox, open the mail to jo.doe and click its banner:",
        "you are the recipient now.",
        "The click is stored.",
        lambda story: story.deed == "click",
    ),
    Step(
        "See the lead",
        "Look at # leads:",
        "who clicks without being a contact is a lead. A contact’s click appears in # feed.",
        "Slack knew after {time}.",
        lambda story: story.deed == "click" and bool(story.effects),
    ),
    Step(
        "Claim it",
        "In # leads, press Claim:",
        "everybody sees whose it is now. (Or Opt out, which ends all tracking of them.)",
        "The message changed after {time}.",
        lambda story: story.deed == "claim" and bool(story.effects),
    ),
    Step(
        "Change a list",
        "In HubSpot, remove somebody from a list or add somebody:",
        "HubSpot tells Footlight, and the target group becomes equal to the list.",
        "Footlight had read it back after {time}.",
        lambda story: story.deed == "list" and bool(story.effects),
    ),
    Step(
        "Look somebody up",
        "In Slack, type /contact max and press Enter:",
        "the card tells who they are and what they clicked, to you alone.",
        "The card was there after {time}.",
        lambda story: story.deed == "look_up" and bool(story.effects),
    ),
)


class Tour:
    """How far the visitor is."""

    def __init__(self) -> None:
        self.done: dict[str, float | None] = {}
        """By step: the seconds from deed to effect, where that is known."""

    def saw(self, story: Story) -> None:
        """For the wire's `on_story`."""
        for step in STEPS:
            if step.name not in self.done and step.is_done(story):
                took = story.first_effect
                self.done[step.name] = max(took.total_seconds(), 0.0) if took is not None else None

    @property
    def current(self) -> Step | None:
        """The first step that is still to be done; None at the end."""
        return next((step for step in STEPS if step.name not in self.done), None)

    @property
    def last_done(self) -> str:
        """What the step done last did; empty at the beginning."""
        if not self.done:
            return ""
        name, seconds = list(self.done.items())[-1]
        step = next(step for step in STEPS if step.name == name)
        return step.done.format(time=short_time(seconds or 0.0))
