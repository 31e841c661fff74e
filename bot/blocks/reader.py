"""For whom something is shown: in which language, on whose clocks, and whether it is made anew whenever they look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.blocks.text import Mrkdwn, date, mention
from bot.charts import Chart
from bot.texts import Texts
from decisions.slack_ids import FIRST, workspace_of

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Reader:
    """
    `now` is set where the text is made for this one look; what stays in a channel has none.

    `zone`: whose days and weeks are told. `chart_url` gives a chart's address; None: Slack cannot fetch any.
    `workspace` is that of the readers, by its name among ids.
    """

    texts: Texts
    now: datetime | None = None
    zone: ZoneInfo = _UTC
    chart_url: Callable[[Chart], str | None] | None = None
    workspace: str = FIRST

    def when(self, moment: datetime) -> Mrkdwn:
        """A moment: how long ago for one look, else a date that Slack shows in each reader's zone."""
        return date(moment) if self.now is None else self.texts.ago(self.now - moment)

    def day(self, moment: datetime) -> Mrkdwn:
        """The day of a moment, as it may stand after "on": the pretty form would say today."""
        return date(moment, "{date_short}")

    def who(self, actor: str | None) -> Mrkdwn:
        """An actor as the audit names them."""
        kind, _, user_id = (actor or "").partition(":")
        if kind == "slack" and user_id:
            return mention(user_id) if workspace_of(user_id) == self.workspace else self.texts("someone_elsewhere")
        return self.texts(f"actor_{kind}") if kind in ("cli", "api", "hubspot", "recipient") else self.texts("someone")
