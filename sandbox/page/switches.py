"""The switches: what may go wrong, and whether other people's mail goes on."""

from dataclasses import dataclass

from sandbox.hubspot import HubSpotSandbox
from sandbox.mail.inbox import Inbox
from sandbox.mail.trickle import Trickle
from sandbox.slack import SlackSandbox


@dataclass(frozen=True, slots=True)
class Switch:
    """
    Args:
        seen: what to look for while it is on.
        is_trouble: on is the exception.
    """

    name: str
    label: str
    means: str
    is_on: bool
    seen: str = ""
    is_trouble: bool = True


class Switches:
    """The state of all switches, which stands in what they switch."""

    def __init__(self, hubspot: HubSpotSandbox, slack: SlackSandbox, inbox: Inbox, trickle: Trickle) -> None:
        self._hubspot, self._slack, self._inbox, self._trickle = hubspot, slack, inbox, trickle

    def all(self) -> tuple[Switch, ...]:
        """As they stand in a row."""
        return (
            Switch(
                "trickle",
                "Other people’s mail",
                "Colleagues write to customers, who open and click: leads and feed arrive by themselves",
                self._trickle.is_on,
                is_trouble=False,
            ),
            Switch(
                "slack_429",
                "Slack answers 429",
                "Slack takes nothing; what Footlight owes is kept and sent afterwards, in order",
                self._slack.faults.too_many != 0,
                "click a banner. No message comes (“too many requests”), and the wire says that Footlight keeps it. "
                "Commands stay without an answer. Switch this off: soon each message is there, in order, and once.",
            ),
            Switch(
                "hubspot_down",
                "HubSpot is down",
                "Cards show the last known state, clicks keep coming in, changes are read afterwards",
                self._hubspot.faults.down is not None,
                "change a contact. The wire says that Footlight asks in vain; cards show the last known state, clicks "
                "go on. Switch this off: the change is read at the next try, in less than a minute.",
            ),
            Switch(
                "scanner",
                "A scanner follows every link",
                "Each mail that you write is read by a mail scanner first; its clicks are nobody’s",
                self._inbox.scanner_reads,
                "write a mail. A scanner follows its links as it arrives: the wire says so, and no message comes. Then "
                "click the banner yourself: that counts.",
            ),
        )

    def flip(self, name: str) -> None:
        """Raises: KeyError, if there is no such switch."""
        is_on = {one.name: one.is_on for one in self.all()}[name]
        if name == "trickle":
            self._trickle.is_on = not is_on
        elif name == "slack_429":
            self._slack.faults.too_many = 0 if is_on else -1
        elif name == "hubspot_down":
            self._hubspot.faults.down = None if is_on else "503"
        else:
            self._inbox.scanner_reads = not is_on
