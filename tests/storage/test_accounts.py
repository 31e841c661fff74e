"""Accounts are the addresses of one domain, or of the several domains that one HubSpot company names."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from storage import Session, Store, accounts
from storage.accounts import Account, NoAccount, keep_accounts, require_account
from storage.addresses import Address, keep_addresses
from storage.campaigns import CampaignAccount, CampaignsInForce, external_ids
from storage.companies import Company, CompanyState, store_companies
from storage.target_groups import GroupAccount, TargetGroup
from tests.storage.people import T0, at


def keep(store: Store, *domains: str) -> dict[str, int | None]:
    return store.write_now(keep_accounts, domains)


def names(store: Store) -> list[str]:
    return store.read_now(lambda session: sorted(session.exec(select(Account.name))))


def test_subdomains_share_an_account(store: Store) -> None:
    """Addresses at a domain and its subdomains are one account; free mail is none."""
    ids = keep(store, "mail.firma.de", "firma.de", "other.de", "gmail.com")

    assert ids["mail.firma.de"] == ids["firma.de"] != ids["other.de"]
    assert ids["gmail.com"] is None
    assert names(store) == ["firma.de", "other.de"]


def test_domain_that_makes_no_account(store: Store) -> None:
    """Who names a free-mail domain is told why there is no account."""
    with pytest.raises(NoAccount, match=r"gmail\.com makes no account"):
        store.write_now(require_account, "gmail.com")


def test_company_of_several_domains_is_one_account(store: Store) -> None:
    """Their addresses, campaigns and groups come together under the company's name; memory hears of it."""
    ids = keep(store, "firma.de", "firma.com")
    memory = CampaignsInForce()

    def prepare(session: Session) -> None:
        keep_addresses(session, ["a@firma.de", "b@firma.com"], now=T0)
        campaign = external_ids(session, ["Fair"], now=T0)["Fair"]
        group = TargetGroup(name="G", name_key="g", created_at=T0)
        session.add(group)
        session.flush()
        for id_ in filter(None, ids.values()):
            session.add(CampaignAccount(campaign_id=campaign, account_id=id_))
            session.add(GroupAccount(group_id=group.id or 0, account_id=id_, since=T0))

    store.write_now(prepare)
    store.read_now(memory.refresh)
    version = memory._version

    state = CompanyState("9", T0, "Firma AG", ("https://x", "firma.de", "www.firma.com", "gmail.com", "firma.net"))
    assert len(store.write_now(store_companies, [state])) == 1

    def look(session: Session) -> tuple[object, ...]:
        memory.refresh(session)
        return (
            session.exec(select(Account.name)).all(),
            set(session.exec(select(Address.account_id))),
            len(session.exec(select(CampaignAccount)).all()),
            len(session.exec(select(GroupAccount)).all()),
            session.exec(select(Company.account_id)).one(),
        )

    kept = min(filter(None, ids.values()))
    assert store.read_now(look) == (["Firma AG"], {kept}, 1, 1, kept)
    assert store.read_now(accounts.account_ids, ["firma.de", "firma.com", "firma.net"]).keys() == {
        "firma.de",
        "firma.com",
        "firma.net",
    }
    assert memory._version != version


def test_unchanged_company_changes_nothing(store: Store) -> None:
    """A company told again is not written again; an older answer never overwrites a younger."""
    state = CompanyState("9", at(5), "Firma AG", ("firma.de",))
    store.write_now(store_companies, [state])

    assert not store.write_now(store_companies, [state])
    assert not store.write_now(store_companies, [CompanyState("9", at(4), "Old AG", ("old.de",))])
    assert names(store) == ["Firma AG"]


def test_renamed_and_deleted_company(store: Store) -> None:
    """The account follows the company's name; a deleted company keeps its row, marked."""
    told = CompanyState("9", T0, "Firma AG", ("firma.de",), "Tools", "50")
    for state in (told, replace(told, asked_at=at(1), name="Firma SE"), replace(told, asked_at=at(2), is_deleted=True)):
        store.write_now(store_companies, [state])

    row = store.read_now(lambda session: session.exec(select(Company).where(col(Company.hubspot_id) == "9")).one())
    assert (row.deleted_at, row.industry, row.size) == (at(2), "Tools", "50")
    assert names(store) == ["Firma SE"]
