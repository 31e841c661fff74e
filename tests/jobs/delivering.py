"""A process that delivers from a database to a wall until it is killed; both URLs are its arguments."""

import asyncio
import sys

from aiohttp import ClientSession
from prometheus_client import CollectorRegistry

from jobs.deliver import Delivery
from storage import open_store
from tests.jobs.wall import QUICK, WallCarrier, utc_now


async def main(database_url: str, wall_url: str) -> None:
    async with ClientSession() as http:
        carriers = {"slack": WallCarrier(http, wall_url)}
        await Delivery(open_store(database_url), carriers, now=utc_now, registry=CollectorRegistry(), pace=QUICK).run()


asyncio.run(main(*sys.argv[1:]))
