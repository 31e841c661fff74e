"""Who follows somebody is told of their new clicks: found here, so that following costs the click path nothing."""

from collections.abc import Callable
from datetime import datetime

from storage import Store, follow_news
from storage.opt_outs import Hasher


async def tell_followers(store: Store, hasher: Hasher, now: Callable[[], datetime]) -> int:
    """Owe each message that is new or grew; how many."""
    return await store.write(follow_news.tell, hasher=hasher, now=now())
