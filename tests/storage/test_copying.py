"""A SQLite store moves to a real PostgreSQL: every row, numbered on, or none."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select

from decisions.sealing import Keys
from storage import Store, open_store
from storage.addresses import Address
from storage.banner_files import keep_file
from storage.campaign_changes import NewCampaign, create_campaign
from storage.campaigns import CampaignsInForce
from storage.copying import CopyRefused, copy_store
from storage.fetch_arrived import Fetched, Tracker
from storage.migrate import upgrade
from storage.opt_out_asked import of_address, opt_out
from storage.opt_outs import load_hasher
from storage.person_export import export
from storage.tracking import EventKind
from tests.postgres import Cluster

KEYS = Keys.parse("a long random text")
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def click(store: Store, email: str, number: int) -> None:
    tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, KEYS))
    fetched = Fetched(EventKind.CLICK, AT, f"mail-{number}", "anna@ours.example", email, user_agent="Firefox/130.0")
    store.write_now(tracker.keep, [fetched])


@pytest.fixture
def source(migrated_file: Path, tmp_path: Path) -> str:
    """A store with a campaign and its picture, clicks of several people, and an opt-out."""
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'footlight.db')}"
    store = open_store(url)
    image = BytesIO()
    Image.new("RGB", (6, 4), "red").save(image, "PNG")
    digest = store.write_now(keep_file, image.getvalue())
    made = NewCampaign(name="Fair", target_url="https://ours.example/fair", banner_digest=digest, is_default=True)
    store.write_now(create_campaign, made, now=AT)
    for number in range(40):
        click(store, f"grüße{number % 7}@firma{number % 3}.example", number)
    hasher = store.write_now(load_hasher, KEYS)
    store.write_now(opt_out, "max@firma.example", actor="cli", hasher=hasher, now=AT)
    store.close_now()
    return url


@pytest.fixture
def target(postgresql: Cluster) -> Iterator[str]:
    postgresql.run("CREATE DATABASE copied")
    yield postgresql.url("copied")
    postgresql.run("DROP DATABASE copied WITH (FORCE)")


def test_every_row_and_the_next_number(source: str, target: str) -> None:
    """What is told of a person is the same on both; opt-outs hold, and new rows get numbers of their own."""
    steps: list[tuple[int, int]] = []
    rows = copy_store(source, target, lambda done, of: steps.append((done, of)))

    assert steps[-1] == (rows, rows)
    old, new = open_store(source), open_store(target)
    hasher = new.write_now(load_hasher, KEYS)
    for email in ("grüße1@firma1.example", "grüße2@firma2.example"):
        assert new.read_now(export, email, hasher) == old.read_now(export, email, hasher)
    assert new.read_now(of_address, "max@firma.example", hasher)
    click(new, "somebody@else.example", 99)
    assert len(new.read_now(export, "somebody@else.example", hasher)["clicks"]) == 1
    old.close_now()
    new.close_now()


def test_target_with_rows_is_refused(source: str, target: str) -> None:
    """A database that holds something already is left alone."""
    copy_store(source, target)
    with pytest.raises(CopyRefused, match="not empty"):
        copy_store(source, target)


def test_what_arrives_changed_is_not_kept(source: str, target: str, postgresql: Cluster) -> None:
    """Where a row arrives otherwise than it was sent, nothing of the copy stays."""
    upgrade(target)
    body = "BEGIN NEW.since := 1; RETURN NEW; END"
    postgresql.run(f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $${body}$$", "copied")
    postgresql.run("CREATE TRIGGER spoil BEFORE INSERT ON address FOR EACH ROW EXECUTE FUNCTION spoil()", "copied")

    with pytest.raises(CopyRefused, match="address"):
        copy_store(source, target)
    new = open_store(target)
    assert new.read_now(lambda session: len(session.exec(select(Address)).all())) == 0
    new.close_now()
