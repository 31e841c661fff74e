"""What we know: one file per concept, with its tables and its queries."""

from sqlmodel import Session

from storage.database import Store, open_store
from storage.trouble import Busy, StoreDown

__all__ = ["Busy", "Session", "Store", "StoreDown", "open_store"]
