"""What we know: one file per concept, with its tables and its queries."""

from sqlmodel import Session

from storage.database import Busy, Store, StoreDown, open_store

__all__ = ["Busy", "Session", "Store", "StoreDown", "open_store"]
