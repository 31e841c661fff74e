"""Numbers from before they were told by the hour: the migration makes them from what was held."""

from sqlalchemy import text
from sqlmodel import select

from storage import Session, open_store
from storage.hours import HourCounter
from storage.migrate import upgrade
from storage.recount import recount

BEFORE = "2026_11_25_channel_terms"
HOUR = 3_600_000_000
# Max viewed twice, once of it thinned out; a mail to several people was followed; somebody who clicked was erased.
ROWS = f"""
    INSERT INTO address (id, email, since) VALUES (1, 'max@firma.de', 0);
    INSERT INTO counter (address_id, campaign_id, views, proxy_views, machine_views, clicks, machine_clicks) VALUES
        (1, 0, 2, 0, 0, 0, 1);
    INSERT INTO event (id, kind, at, address_id, counts_as, is_doubted, measures, agent, method, rule) VALUES
        (1, 1, {30 * HOUR + 5}, 1, 1, false, '', '', 'GET', 'none'),
        (2, 2, {30 * HOUR + 9}, 1, 2, false, '', '', 'GET', 'none'),
        (3, 2, {31 * HOUR}, NULL, 1, false, '', '', 'GET', 'none'),
        (4, 3, {31 * HOUR}, NULL, 2, false, '', '', 'GET', 'none');
    INSERT INTO kept_total (campaign_id, day, group_id, kind, counts_as, number) VALUES
        (0, 0, 0, 1, 1, 1), (0, 0, 0, 2, 1, 4)
    """


def test_numbers_are_carried_over(empty_database_url: str) -> None:
    """After the upgrade all numbers equal a recount, hour by hour where the events are held, else on their day."""
    upgrade(empty_database_url, BEFORE)
    store = open_store(empty_database_url)
    store.write_now(lambda session: [session.execute(text(row)) for row in ROWS.split(";")])
    store.close_now()

    upgrade(empty_database_url)

    store = open_store(empty_database_url)
    assert store.read_now(recount).differences == ()
    assert store.read_now(by_hour) == [(0, 1, 1), (0, 2, 4), (30, 1, 1), (30, 2, 1), (31, 2, 1)]
    store.close_now()


def by_hour(session: Session) -> list[tuple[int, int, int]]:
    rows = session.exec(select(HourCounter.hour, HourCounter.kind, HourCounter.number)).all()
    return sorted((int(hour.timestamp()) // 3600, kind, number) for hour, kind, number in rows)
