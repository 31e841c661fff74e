"""The inbox that the visitor looks into: the mails that were written on the page, newest first."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sandbox.mail.gateway import Gateway
from sandbox.mail.mail import Mail
from sandbox.mail.reader import Reader


class Inbox:
    """`scanner_reads` makes a security scanner follow every link of a mail as it arrives."""

    def __init__(self, gateway: Gateway, reader: Reader, mails: Sequence[Mail] = ()) -> None:
        self._gateway = gateway
        self._reader = reader
        self.mails = list(mails)
        self.scanner_reads = False

    def save(self, path: Path) -> None:
        """Write the mails to a file."""
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self.mails))
        part.replace(path)

    async def write(self, sender: str, recipient: str, subject: str) -> Mail:
        """
        Send a mail.

        Raises:
            NoBanner
        """
        mail = await self._gateway.send(sender, recipient, subject)
        self.mails.insert(0, mail)
        if self.scanner_reads:
            await self._reader.scan(mail)
        return mail

    async def scan(self, mail: Mail) -> None:
        """A mail scanner follows every link of the mail."""
        await self._reader.scan(mail)

    def find(self, mail_id: int) -> Mail | None:
        return next((mail for mail in self.mails if mail.id == mail_id), None)


def kept_mails(path: Path) -> list[Mail]:
    """What an inbox saved; nothing, if there is no such file."""
    return msgspec.json.decode(path.read_bytes(), type=list[Mail]) if path.exists() else []
