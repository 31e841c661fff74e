"""Switches for what goes wrong with a Slack: too many requests, errors, no answer, an answer that never arrives."""

import asyncio
from dataclasses import dataclass, field


class ConnectionCut(Exception):
    """Hang up without an answer."""


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
    """Statuses of the next answers; 200 lets one pass."""
    cut_after_doing: int = 0
    """So many of the next calls are carried out, and then the connection is cut."""
    slow: float = 0.0
    """Seconds that each answer waits."""
    revoked: bool = False
    one_message_a_second: bool = False
    """As the real one: 1 message a second and channel, else 429."""

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

    def cuts(self, method: str) -> bool:
        if not self.cut_after_doing or not self.concern(method):
            return False
        self.cut_after_doing -= 1
        return True
