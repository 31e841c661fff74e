"""THE table of settings: name, type, default, one line of help. Read once at the start, handed down as plain values."""

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from decisions.addresses import NotAnAddress, normalise_domain
from decisions.mendable import Mendable
from decisions.scanner_networks import read_networks_file


class BadSettings(Mendable):
    """Settings that cannot be used. The text has a line for each, with what to do, and never a secret's value."""


def _web_address(text: str) -> str:
    if not _is_web_address(text):
        raise ValueError("must be a web address like https://footlight.example.com")
    return text.rstrip("/")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # brackets that do not match, a port that is no number
        return False
    has_more = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not has_more


def _slack_base_url(text: str) -> str:
    return _web_address(text) + "/"


def _database_url(text: str) -> str:
    if not re.match(r"sqlite:///.|postgres(ql)?://.", text):
        raise ValueError("must be sqlite:///path or postgresql://user:password@host/name")
    return text


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("must be an IANA name like Europe/Berlin")
    return text


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _domains(values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(normalise_domain(value) for value in values)
    except NotAnAddress as error:
        raise ValueError(f"must be domains separated by commas: {error}") from None


def _standard_secrets(values: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not all(_is_standard_secret(value.get_secret_value()) for value in values):
        raise ValueError("must be whsec_ and then base64; while rotating, two of them separated by a comma")
    return values


def _is_standard_secret(text: str) -> bool:
    prefix, _, encoded = text.partition("_")
    try:
        return prefix == "whsec" and bool(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        return False


def _networks_file(path: Path) -> Path:
    try:
        read_networks_file(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from None
    return path


def cannot_keep(folder: Path, error: OSError) -> BadSettings:
    """The embedded store's folder is missing, or is not ours to write in."""
    return BadSettings(
        f"FOOTLIGHT_DATABASE_URL: nothing can be kept in {folder.absolute()} ({error.strerror}). Make that folder, "
        "writable for Footlight, or choose another one"
    )


WebAddress = Annotated[str, AfterValidator(_web_address)]
Domains = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_domains)]
Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_split)]
NetworksFile = Annotated[Path, AfterValidator(_networks_file)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Every setting. Of secrets that may be several, the newest stands first."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    footlight_database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "sqlite:///footlight.db", repr=False, description="where the store is: sqlite:///path or postgresql://..."
    )
    footlight_public_url: WebAddress | None = Field(
        None, description="how the world reaches us; signatures are checked against it, links in mails begin with it"
    )
    footlight_host: str = Field("127.0.0.1", description="where we listen")
    port: int = Field(8000, ge=0, le=65535, description="the port we listen on; 0: any free one")
    footlight_metrics_port: int | None = Field(
        None, ge=0, le=65535, description="where worker and bot answer /metrics and /readyz; without it nowhere"
    )
    footlight_secret_key: SecretStr | None = Field(
        None, description="seals tokens: one or more keys, newest first; on SQLite one is made when it is missing"
    )
    footlight_api_key: Secrets = Field(
        (), description="bearer key of /api/ that may everything; `footlight keys create` makes others"
    )
    footlight_api_rate: PositiveInt = Field(600, description="requests a minute that each key of /api/ may make")
    footlight_clicks_secret: Annotated[Secrets, AfterValidator(_standard_secrets)] = Field(
        (), description="whsec_... of /webhooks/clicks; without it that endpoint is off"
    )
    footlight_leads_channel: str | None = Field(None, description="Slack channel id that gets new leads")
    footlight_feed_channel: str | None = Field(None, description="Slack channel id that gets the performance feed")
    footlight_admin_channel: str | None = Field(None, description="Slack channel id that gets words for the admin")
    footlight_own_domains: Domains = Field(
        (), description="domains of our own people, never leads, never counted; default: the senders' domains"
    )
    footlight_timezone: Annotated[str, AfterValidator(_time_zone)] | None = Field(
        None, description="IANA name for days and for times without offset; default: the HubSpot portal's"
    )
    footlight_trusted_proxies: Networks = Field(
        (), description="networks whose X-Forwarded-For we believe, like 10.0.0.0/8; default: none"
    )
    footlight_sender_numbers: bool = Field(
        False, description="whether numbers per sender, of how single employees do, are told; ask them first"
    )
    footlight_scanner_networks: NetworksFile | None = Field(
        None, description="a CSV file of networks (network,name,source,seen) whose clicks are machines'"
    )
    footlight_retention_months: PositiveInt = Field(24, description="how long single views and clicks are kept")
    footlight_reconcile_minutes: PositiveInt = Field(15, description="how often groups are made equal to their lists")
    hubspot_access_token: SecretStr | None = Field(None, description="token for HubSpot's API")
    hubspot_client_id: str | None = Field(
        None, description="client id of a project app; with it list changes are read from the webhooks journal"
    )
    hubspot_client_secret: Secrets = Field((), description="client secret that signs HubSpot's webhooks")
    hubspot_workflow_secret: Secrets = Field(
        (), description="shared secret of workflows that no app signs, in the header X-Workflow-Secret"
    )
    hubspot_base_url: WebAddress = Field("https://api.hubapi.com", description="HubSpot's API")
    slack_bot_token: SecretStr | None = Field(None, description="xoxb-...; without it Slack is off")
    slack_client_id: str | None = Field(
        None, description="client id of the Slack app; with its secret, and no bot token: several workspaces"
    )
    slack_client_secret: SecretStr | None = Field(None, description="client secret of the Slack app")
    slack_signing_secret: Secrets = Field((), description="proves Slack's requests in HTTP mode")
    slack_app_token: SecretStr | None = Field(None, description="xapp-...; switches to Socket Mode")
    slack_base_url: Annotated[str, AfterValidator(_slack_base_url)] = Field(
        "https://slack.com/api/", description="Slack's Web API"
    )

    @property
    def public_url(self) -> str:
        """The public URL; where none is set, the one that works on this machine."""
        return self.footlight_public_url or f"http://{self.footlight_host}:{self.port}"

    @property
    def has_several_workspaces(self) -> bool:
        """Whether Slack is installed by invitation, in HTTP mode; a bot token or an app token in the settings wins."""
        has_token = self.slack_bot_token is not None or self.slack_app_token is not None
        return not has_token and self.slack_client_id is not None and self.slack_client_secret is not None

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is the embedded one."""
        return self.footlight_database_url.startswith("sqlite:")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, in plain text, for the logs to keep out."""
        held = (each for _, value in self for each in (value if isinstance(value, tuple) else (value,)))
        told = (each.get_secret_value() for each in held if isinstance(each, SecretStr))
        return tuple(secret for keys in told for secret in _split(keys))


def read_settings(**overrides: Any) -> Settings:
    """
    The settings from the environment, `.env` and `overrides`, the last winning.

    Raises:
        BadSettings
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        raise BadSettings("\n".join(_told(one) for one in wrong)) from None


def _told(error: Any) -> str:
    return f"{str(error['loc'][0]).upper()}: {error['msg'].removeprefix('Value error, ')}"


def reveal(secrets: tuple[SecretStr, ...]) -> tuple[str, ...]:
    """Secrets as plain text, for those they are handed to."""
    return tuple(secret.get_secret_value() for secret in secrets)


TABLE: Final = tuple((name.upper(), field) for name, field in Settings.model_fields.items())
