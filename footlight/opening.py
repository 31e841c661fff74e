"""Opens the store as a process or a command needs it: schema up to date, keys at hand."""

from dataclasses import dataclass, field

from decisions.sealing import Keys
from footlight.secret_key import secret_keys
from footlight.settings import Settings
from jobs.hubspot.connections import Connections
from storage import Store, installations, open_store
from storage.opt_outs import CannotOpenKey, Hasher, load_hasher
from storage.schema import SchemaOld, require_present


@dataclass(frozen=True, slots=True)
class Opened:
    """
    The store, its keys, and the connections to HubSpot.

    Where the opt-outs' key cannot be opened, `hasher` is None and nothing is tracked.
    """

    store: Store
    keys: Keys
    hasher: Hasher | None
    why_not_tracked: str | None = None
    connections: Connections = field(default_factory=Connections)

    @property
    def known_hasher(self) -> Hasher:
        """
        Raises:
            CannotOpenKey
        """
        if self.hasher is None:
            raise CannotOpenKey(self.why_not_tracked)
        return self.hasher


def open_all(settings: Settings) -> Opened:
    """
    The store and its keys. A SQLite database is brought up by itself; PostgreSQL only by `footlight migrate`.

    Raises:
        BadSettings, SchemaOld, SchemaTooNew, StoreDown
    """
    keys = secret_keys(settings)
    url = settings.footlight_database_url
    try:
        require_present(url)
    except SchemaOld:
        if not settings.is_sqlite:
            raise
        from storage.migrate import upgrade

        upgrade(url)
    store = open_store(url)
    try:
        hasher = store.write_now(load_hasher, keys)
        store.write_now(installations.seal_anew, keys)
        return Opened(store, keys, hasher)
    except CannotOpenKey as error:
        return Opened(store, keys, None, str(error))
