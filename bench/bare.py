"""The baseline of the click path: aiohttp with uvloop and a router, and nothing else."""

import asyncio
import os

import uvloop
from aiohttp import web


async def follow(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "https://target.example/", "Cache-Control": "no-store"})


def make_app() -> web.Application:
    app = web.Application()
    app.router.add_get("/c/{token}", follow)
    return app


if __name__ == "__main__":
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    web.run_app(make_app(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None, loop=loop)
