"""The catalogue of HubSpot's lists: searched here, replaced as a whole, and never poorer for a younger answer."""

from datetime import timedelta

from storage import Store, list_catalogue, target_groups
from storage.hubspot_lists import HubSpotListState, keep_list
from tests.storage.people import T0, at


def a_list(list_id: str, name: str, minute: int = 0, size: int | None = 10, kind: str = "0-1") -> HubSpotListState:
    return HubSpotListState(list_id, at(minute), name, kind, size)


def read_all(store: Store, *states: HubSpotListState, minute: int = 0) -> None:
    store.write_now(list_catalogue.replace_all, states, asked_at=at(minute))


def found(store: Store, text: str = "", limit: int = 10) -> list[str]:
    return [one.name for one in store.read_now(list_catalogue.search, text, limit)]


def test_search(store: Store) -> None:
    """Each word is looked for in the name, whatever its case and accents; names that begin with the text come first."""
    names = ("All customers", "Customers Österreich", "customers DACH", "Partners 100%", "Deals")
    kinds = ("0-1", "0-1", "0-2", "0-1", "0-3")
    states = (a_list(str(id_), name, kind=kind) for id_, (name, kind) in enumerate(zip(names, kinds, strict=True), 7))
    read_all(store, *states)

    assert found(store, " CUSTOMERS ") == ["customers DACH", "Customers Österreich", "All customers"]
    assert found(store, "osterr custom") == ["Customers Österreich"]
    assert found(store, "%") == ["Partners 100%"]
    assert found(store, "10") == ["Partners 100%"]
    assert found(store, "nothing") == []
    assert found(store, "", 2) == ["All customers", "customers DACH"]
    assert len(found(store)) == 4  # deals make no target group


def test_what_is_told_of_a_list(store: Store) -> None:
    """Each list comes with its size, with what it holds, and with the group that mirrors it already."""
    customers = a_list("611", "Customers")
    store.write_now(target_groups.import_list, customers, now=T0)
    read_all(store, customers, a_list("612", "Firms", size=None, kind="0-2"))

    told = store.read_now(list_catalogue.search, "", 10)
    assert [(one.list_id, one.size, one.holds_companies, one.group) for one in told] == [
        ("611", 10, False, "Customers"),
        ("612", None, True, None),
    ]


def test_replaced_as_a_whole(store: Store) -> None:
    """What HubSpot no longer tells is gone, unless a group mirrors it; a younger answer about one list stays."""
    store.write_now(target_groups.import_list, a_list("611", "Mirrored"), now=T0)
    read_all(store, a_list("612", "Gone"), a_list("613", "Stays"))
    store.write_now(keep_list, a_list("613", "Renamed", minute=9))
    read_all(store, a_list("613", "Stays", minute=5), a_list("614", "New", minute=5), minute=5)

    assert found(store) == ["Mirrored", "New", "Renamed"]


def test_stale(store: Store) -> None:
    """It is asked for again when it was never read, and a quarter of an hour after it was."""

    def is_stale(minute: int) -> bool:
        return store.read_now(list_catalogue.is_stale, now=at(minute) + timedelta(seconds=1))

    assert (store.read_now(list_catalogue.read_at), is_stale(0)) == (None, True)
    read_all(store)
    assert (store.read_now(list_catalogue.read_at), is_stale(14), is_stale(15)) == (T0, False, True)
