"""`python -m mail_gateway`: runs the gateway until SIGTERM or Ctrl-C."""

import asyncio
import logging
import os
import signal
import sys

from mail_gateway.settings import BadSettings, read_settings
from mail_gateway.smtp import serving

log = logging.getLogger("mail_gateway")


async def run() -> None:
    settings = read_settings(os.environ)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings) as endpoint:
        log.info("listening on %s:%d", *endpoint)
        await stop.wait()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # aiosmtpd tells every command at this level, addresses too.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    try:
        asyncio.run(run())
    except BadSettings as error:
        sys.exit(f"mail_gateway: {error}")


if __name__ == "__main__":
    main()
