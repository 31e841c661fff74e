"""Which channel gets what, and what becomes of channels that cannot be reached."""

from datetime import datetime

from storage import Store, subscriptions
from storage.subscriptions import Topic


def test_subscribe_once(store: Store, now: datetime) -> None:
    """A channel is subscribed to a topic once, however often it is asked for."""
    assert store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)
    assert not store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)
    assert store.write_now(subscriptions.subscribe, Topic.FEED, "C1", now=now)

    assert [one.channel for one in store.read_now(subscriptions.of_topic, Topic.LEADS)] == ["C1"]


def test_pause_and_resume(store: Store, now: datetime) -> None:
    """A channel is paused with all its topics, keeping the first reason, and resumed with all."""
    for topic in (Topic.LEADS, Topic.FEED):
        store.write_now(subscriptions.subscribe, topic, "C1", now=now)

    assert store.write_now(subscriptions.pause, "C1", "is_archived", now=now) is True
    assert store.write_now(subscriptions.pause, "C1", "again", now=now) is None
    assert {one.paused_because for one in store.read_now(subscriptions.paused)} == {"is_archived"}
    assert store.write_now(subscriptions.resume, "C1", now=now) == 2
    assert store.read_now(subscriptions.paused) == ()


def test_tried_again_in_vain_is_no_news(store: Store, now: datetime) -> None:
    """A paused channel that is tried again and still cannot be reached is no news, until it was reached once."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)
    store.write_now(subscriptions.pause, "C1", "is_archived", now=now)

    assert store.write_now(subscriptions.try_again, now=now) == 1
    assert store.write_now(subscriptions.pause, "C1", "is_archived", now=now) is False
    store.write_now(subscriptions.try_again, now=now)
    store.write_now(subscriptions.reached, "C1")
    assert store.write_now(subscriptions.pause, "C1", "is_archived", now=now) is True


def test_admin_channel(store: Store, now: datetime) -> None:
    """Words for the admin go to the admin's channel, without it to the leads', and to none that is paused."""
    assert store.read_now(subscriptions.admin_channel) is None
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)
    assert store.read_now(subscriptions.admin_channel) == "C1"
    store.write_now(subscriptions.subscribe, Topic.ADMIN, "C9", now=now)
    assert store.read_now(subscriptions.admin_channel) == "C9"
    store.write_now(subscriptions.pause, "C9", "is_archived", now=now)
    assert store.read_now(subscriptions.admin_channel) == "C1"
