"""Switches for what goes wrong with a Slack: too many requests, errors, no answer, an answer that never arrives."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Faults:
    """All off at first; `clear()` switches all off. `only` narrows them to methods whose name starts so."""

    only: str = ""
    too_many: int = 0
    """So many of the next answers are 429; -1: until switched off."""
    retry_after: int = 1
    errors: dict[str, str] = field(default_factory=dict)
    """Error codes by method, like `{"chat.postMessage": "is_archived"}`, until taken away."""
    next_statuses: list[int] = field(default_factory=list)
    """Statuses of the next answers; nothing is done but for a 200. What is not 200 comes as an HTML page."""
    statuses_after_doing: list[int] = field(default_factory=list)
    """The same for calls that are carried out before they fail."""
    cut_after_doing: int = 0
    """So many of the next calls are carried out, and then the connection is reset."""
    slow: float = 0.0
    """Seconds that each answer waits; what was asked is done before."""
    revoked: bool = False
    one_message_a_second: bool = False
    """As the real one: 1 message a second and channel, else 429."""
    history_once_a_minute: bool = False
    """As for apps distributed outside the Marketplace: 1 call of history and of replies a minute, 15 messages each."""

    def clear(self) -> None:
        self.__dict__.update(Faults().__dict__)

    def concern(self, method: str) -> bool:
        return method.startswith(self.only)

    async def wait(self, method: str) -> None:
        if self.slow and self.concern(method):
            await asyncio.sleep(self.slow)

    def says_too_many(self, method: str) -> bool:
        if not self.too_many or not self.concern(method):
            return False
        self.too_many -= 1 if self.too_many > 0 else 0
        return True

    def next_status(self, method: str) -> int:
        return self.next_statuses.pop(0) if self.next_statuses and self.concern(method) else 200

    def status_after_doing(self, method: str) -> int:
        return self.statuses_after_doing.pop(0) if self.statuses_after_doing and self.concern(method) else 200

    def cuts(self, method: str) -> bool:
        if not self.cut_after_doing or not self.concern(method):
            return False
        self.cut_after_doing -= 1
        return True
