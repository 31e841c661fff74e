"""The table of settings, read from the environment and from `.env`."""

import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from decisions.scanner_networks import KEPT
from footlight.settings import TABLE, BadSettings, read_settings, reveal

CANARY = "canary-5d1f0c"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine that runs the tests, and a folder of one's own for `.env`."""
    for name, _ in TABLE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set() -> None:
    """Without any setting Footlight runs on this machine alone, on SQLite; what needs a secret is off."""
    settings = read_settings()

    assert settings.footlight_database_url == "sqlite:///footlight.db"
    assert settings.is_sqlite
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.footlight_reconcile_minutes, settings.footlight_retention_months) == (15, 24)
    assert (settings.hubspot_base_url, settings.slack_base_url) == ("https://api.hubapi.com", "https://slack.com/api/")
    assert settings.footlight_trusted_proxies == ()
    assert settings.secrets == ()


def test_every_setting_is_told_in_a_line() -> None:
    """Each setting has a line of help that fits on a terminal, and a name in capitals."""
    assert all(name.isupper() and field.description and len(field.description) < 120 for name, field in TABLE)


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch, bare_environment: Path) -> None:
    """An empty variable hides neither the line of `.env` nor the default."""
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("FOOTLIGHT_HOST", "")
    (bare_environment / ".env").write_text("FOOTLIGHT_HOST=0.0.0.0\nFOOTLIGHT_TIMEZONE=\n")

    settings = read_settings()

    assert (settings.footlight_host, settings.port, settings.footlight_timezone) == ("0.0.0.0", 8000, None)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, bare_environment: Path) -> None:
    """What stands in the environment is preferred to `.env`."""
    (bare_environment / ".env").write_text("PORT=9000\n")
    monkeypatch.setenv("PORT", "9001")

    assert read_settings().port == 9001


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("FOOTLIGHT_PUBLIC_URL", "https://f.example.com/", "https://f.example.com"),
        ("FOOTLIGHT_PUBLIC_URL", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("FOOTLIGHT_DATABASE_URL", "postgres://u:p@h/n", "postgres://u:p@h/n"),
        ("FOOTLIGHT_DATABASE_URL", "postgresql:///n?host=/run", "postgresql:///n?host=/run"),
        ("FOOTLIGHT_DATABASE_URL", "sqlite:////var/lib/f.db", "sqlite:////var/lib/f.db"),
        ("FOOTLIGHT_OWN_DOMAINS", " Ours.de, bücher.example ,", ("ours.de", "xn--bcher-kva.example")),
        ("FOOTLIGHT_TRUSTED_PROXIES", "10.0.0.0/8,::1", (ip_network("10.0.0.0/8"), ip_network("::1/128"))),
        ("FOOTLIGHT_SENDER_NUMBERS", "true", True),
        ("FOOTLIGHT_SCANNER_NETWORKS", str(KEPT), KEPT),
        ("FOOTLIGHT_TIMEZONE", "Europe/Berlin", "Europe/Berlin"),
        ("HUBSPOT_BASE_URL", "http://127.0.0.1:1234/", "http://127.0.0.1:1234"),
        ("SLACK_BASE_URL", "http://127.0.0.1:1234/api", "http://127.0.0.1:1234/api/"),
        ("FOOTLIGHT_RECONCILE_MINUTES", "1", 1),
    ],
)
def test_read(name: str, text: str, expected: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting is read into the one form in which it is handed down."""
    monkeypatch.setenv(name, text)

    assert getattr(read_settings(), name.lower()) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FOOTLIGHT_PUBLIC_URL", "footlight.example.com"),
        ("FOOTLIGHT_PUBLIC_URL", "ftp://footlight.example.com"),
        ("FOOTLIGHT_PUBLIC_URL", f"https://user:{CANARY}@footlight.example.com"),
        ("FOOTLIGHT_PUBLIC_URL", "https://footlight.example.com:port"),
        ("FOOTLIGHT_PUBLIC_URL", "https://footlight.example.com/?a=b"),
        ("FOOTLIGHT_DATABASE_URL", f"mysql://user:{CANARY}@host/name"),
        ("FOOTLIGHT_DATABASE_URL", "postgresql+psycopg://user@host/name"),
        ("FOOTLIGHT_DATABASE_URL", "sqlite:///"),
        ("FOOTLIGHT_CLICKS_SECRET", CANARY),
        ("FOOTLIGHT_CLICKS_SECRET", f"whsec_{CANARY}"),
        ("FOOTLIGHT_CLICKS_SECRET", f"whsec_Y2FuYXJ5,{CANARY}"),
        ("FOOTLIGHT_OWN_DOMAINS", "ours.de, not a domain"),
        ("FOOTLIGHT_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("FOOTLIGHT_SENDER_NUMBERS", "some"),
        ("FOOTLIGHT_SCANNER_NETWORKS", "no/such/file.csv"),
        ("FOOTLIGHT_SCANNER_NETWORKS", __file__),
        ("FOOTLIGHT_SCANNER_NETWORKS", sys.executable),
        ("FOOTLIGHT_TIMEZONE", "Berlin"),
        ("FOOTLIGHT_RECONCILE_MINUTES", "0"),
        ("FOOTLIGHT_RETENTION_MONTHS", "two"),
        ("PORT", "70000"),
    ],
)
def test_refused(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that cannot be used is named in one line, and no secret in it is repeated."""
    monkeypatch.setenv(name, text)

    with pytest.raises(BadSettings) as refused:
        read_settings()

    assert str(refused.value).startswith(f"{name}: ")
    assert len(str(refused.value).splitlines()) == 1
    assert CANARY not in str(refused.value)


def test_everything_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who mends the settings learns of all that is wrong in one go."""
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("FOOTLIGHT_TIMEZONE", "here")

    with pytest.raises(BadSettings, match=r"(?s)PORT: .*FOOTLIGHT_TIMEZONE: |FOOTLIGHT_TIMEZONE: .*PORT: "):
        read_settings()


def test_two_secrets_while_rotating(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret may be two, the newest first; each is known to the logs."""
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "newest, oldest")
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", "key-2,key-1")
    monkeypatch.setenv("FOOTLIGHT_CLICKS_SECRET", "whsec_Y2FuYXJ5,whsec_bmV3ZXI=")

    settings = read_settings()

    assert reveal(settings.slack_signing_secret) == ("newest", "oldest")
    assert reveal(settings.footlight_clicks_secret) == ("whsec_Y2FuYXJ5", "whsec_bmV3ZXI=")
    assert {"newest", "oldest", "key-2", "key-1", "whsec_Y2FuYXJ5"} <= set(settings.secrets)


def test_printed_settings_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that end up in a log or a traceback show neither a secret nor the database's password."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", f"postgresql://user:{CANARY}@host/name")
    for name in ("FOOTLIGHT_SECRET_KEY", "FOOTLIGHT_API_KEY", "HUBSPOT_ACCESS_TOKEN", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, CANARY)

    assert CANARY not in repr(read_settings()) + str(read_settings())
