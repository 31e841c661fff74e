"""Every message that names a person can be found again: to renew it, and to take the name out."""

from datetime import datetime, timedelta

from storage import Store, addresses, posted
from storage.outbox import Due


def test_find_and_forget(store: Store, now: datetime) -> None:
    """The newest message on a subject is found by channel, all that name a person by address; forgotten, by none."""
    known = store.write_now(addresses.keep_addresses, ["a@x.example", "b@x.example"], now=now)
    a, b = known["a@x.example"].id, known["b@x.example"].id

    def remember(ts: str, address_id: int | None, channel: str = "C1") -> None:
        store.write_now(
            posted.remember,
            channel=channel,
            ts=ts,
            kind=Due.LEAD_CHANGED,
            subject=7,
            address_id=address_id,
            now=now + timedelta(seconds=int(ts)),
        )

    remember("1", a)
    remember("1", a)
    remember("2", a)
    remember("2", b)
    remember("3", None, channel="C2")
    remember("3", None, channel="C2")

    newest = store.read_now(posted.find, Due.LEAD_CHANGED, 7, channel="C1")
    assert newest is not None
    assert (newest.ts, newest.at) == ("2", now + timedelta(seconds=2))
    assert [one.ts for one in store.read_now(posted.naming, [a])] == ["1", "2"]
    assert [one.ts for one in store.read_now(posted.naming, [a, b])] == ["1", "2"]
    assert store.read_now(posted.find, Due.ACTIVITY_CHANGED, 7, channel="C1") is None

    store.write_now(posted.forget, channel="C1", ts="2")
    assert store.read_now(posted.naming, [b]) == ()
    store.write_now(posted.forget, channel="C2", ts="3")
    assert store.read_now(posted.find, Due.LEAD_CHANGED, 7, channel="C2") is None
