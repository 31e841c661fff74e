"""The sample portal: 6 owners, 60 companies, about 500 contacts and 5 lists; the same on every call but for `now`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from sandbox.hubspot.crm import Crm, utc_now
from sandbox.hubspot.records import Owner, Record
from sandbox.hubspot.shapes import iso
from sandbox.sample_data import people
from sandbox.sample_data.companies import COMPANIES, Company

OWN_DOMAIN = "nordwerk.example"

OWNERS = (
    ("Anna", "Becker"),
    ("Jonas", "Petersen"),
    ("Mehmet", "Aydın"),
    ("Clara", "Vogt"),
    ("Oliver", "Grant"),
    ("Renate", "Schuster"),
)
"""The last one has left the company."""

SENDERS = tuple(f"{people.local_part(*name)}@{OWN_DOMAIN}" for name in OWNERS[:-1])

FREELANCERS = (
    ("Werner", "Bastian", "bastian-schweisst.example"),
    ("Olaf", "Hinrichs", "werkstatt-olaf.example"),
    ("Lisa", "Kern", "studio-kern.example"),
    ("Jane", "Doe", "janedoe-design.example"),
    ("Koji", "Ito", "ito-prototypes.example"),
    ("Marta", "Hofmann", "hofmann-zeichnet.example"),
)

STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
STAGE_WEIGHTS = (10, 25, 15, 10, 12, 28)
DACH = ("Germany", "Austria", "Switzerland")


def sample_crm(now: datetime, seed: int = 7) -> Crm:
    """All times lie before `now` (aware)."""
    random = Random(seed)  # noqa: S311
    crm = Crm(now=lambda: now - timedelta(days=200))
    _add_owners(crm, now)
    companies = [_add_company(crm, random, each) for each in COMPANIES]
    for record, company in zip(companies, COMPANIES, strict=True):
        for _ in range(random.randint(6, 11)):
            _add_contact(crm, random, company, record)
    _add_special_cases(crm, companies)
    _spread_times(crm, random, now)
    _add_lists(crm, random, companies)
    crm.now = utc_now
    return crm


def _add_owners(crm: Crm, now: datetime) -> None:
    for place, (first, last) in enumerate(OWNERS):
        email = f"{people.local_part(first, last)}@{OWN_DOMAIN}"
        joined = now - timedelta(days=900 - place * 40)
        departed = place == len(OWNERS) - 1
        # HubSpot's owner ids and user ids are different numbers; a mix-up must show.
        owner = Owner(77_100_001 + place, 5_200_001 + place * 7, email, first, last, joined, departed)
        crm.owners[owner.id] = owner


def _owner_id(crm: Crm, random: Random) -> str:
    return str(random.choices(list(crm.owners), weights=(5, 4, 4, 4, 3, 1))[0])


def _add_company(crm: Crm, random: Random, company: Company) -> Record:
    domain = f"{company.stem}.example"
    return _made(
        crm.create(
            "companies",
            {
                "name": company.name,
                "domain": domain,
                "hs_additional_domains": f"{company.stem}-group.example" if company.employees > 800 else "",
                "website": f"https://www.{domain}",
                "city": company.city,
                "country": company.country,
                "industry": company.industry,
                "numberofemployees": str(company.employees),
                "lifecyclestage": random.choices(STAGES, STAGE_WEIGHTS)[0],
                "hubspot_owner_id": _owner_id(crm, random),
            },
        ).record
    )


def _add_contact(crm: Crm, random: Random, company: Company, employer: Record) -> None:
    country = company.country if random.random() < 0.9 else random.choice(list(people.NAMES_OF))
    first, last, address = _new_colleague(crm, random, country, f"{company.stem}.example")
    contact = _made(
        crm.create(
            "contacts",
            {
                "email": address,
                "firstname": first,
                "lastname": last,
                "company": company.name,
                "jobtitle": people.job(random, company.country) if random.random() < 0.9 else "",
                "phone": people.phone(random, company.city, company.country),
                "city": company.city,
                "country": company.country,
                "hs_language": "de" if company.country in DACH else "en",
                "lifecyclestage": employer.properties["lifecyclestage"]
                if random.random() < 0.6
                else random.choices(STAGES, STAGE_WEIGHTS)[0],
                "hubspot_owner_id": employer.properties["hubspot_owner_id"] if random.random() < 0.85 else "",
                "hs_email_optout": "true" if random.random() < 0.03 else "",
            },
        ).record
    )
    if random.random() < 0.05:
        # Read-only through the API: in HubSpot it is filled by merging and in the record's sidebar.
        contact.properties["hs_additional_emails"] = f"{first[0].lower()}{address.split('.', 1)[1]}".translate(
            people.IN_ASCII
        )
    crm.associate(contact.id, employer.id)


def _new_colleague(crm: Crm, random: Random, country: str, domain: str) -> tuple[str, str, str]:
    """First name, last name and address; nobody else there is called so."""
    while True:
        first, last = people.full_name(random, country)
        address = f"{people.local_part(first, last)}@{domain}"
        if crm.contact_by_address(address) is None:
            return first, last, address


def _add_special_cases(crm: Crm, companies: list[Record]) -> None:
    """The people that every screen and every import has to cope with."""
    muster, hofmann, *_, gulf = companies
    max_mustermann = {
        "email": "max.mustermann@musterfirma.example",
        "firstname": "Max",
        "lastname": "Mustermann",
        "jobtitle": "Head of Purchasing",
        "phone": "+49 30 23125 123",
        "lifecyclestage": "customer",
        "interests": "press;service",
        "date_of_birth": "1979-04-11",
    }
    _add(crm, {**max_mustermann, "hubspot_owner_id": str(next(iter(crm.owners)))}, muster)
    _add(crm, {"email": "layla@gulf-crane.example", "firstname": "ليلى", "lastname": "الحداد"}, gulf)
    for first, last in (("Erna", "Seidel"), ("Kurt", "Winkler"), ("Ida", "Brandt")):
        _add(crm, {"firstname": first, "lastname": last, "phone": "+49 171 39200 90"}, hofmann)
    # On their own, without a company in HubSpot.
    for first, last, domain in FREELANCERS:
        address = f"{people.local_part(first, last).split('.')[0]}@{domain}"
        _add(crm, {"email": address, "firstname": first, "lastname": last, "lifecyclestage": "subscriber"}, None)


def _add(crm: Crm, properties: dict[str, str], employer: Record | None) -> None:
    contact = _made(crm.create("contacts", properties).record)
    if employer is not None:
        crm.associate(contact.id, employer.id)
        contact.properties.setdefault("company", employer.properties["name"])


def _spread_times(crm: Crm, random: Random, now: datetime) -> None:
    for record in (*crm.companies.values(), *crm.contacts.values()):
        record.created_at = now - timedelta(days=random.uniform(90, 700))
        record.updated_at = now - timedelta(days=random.uniform(1, 60))
        if record.object_type == "contacts" and random.random() < 0.6:
            record.properties["notes_last_contacted"] = iso(now - timedelta(days=random.uniform(0.5, 60)))


def _add_lists(crm: Crm, random: Random, companies: list[Record]) -> None:
    contacts = list(crm.contacts.values())
    in_dach = [each for each in contacts if each.properties.get("country") in DACH]
    mustermann = crm.contact_by_address("max.mustermann@musterfirma.example")
    assert mustermann is not None
    customers = [each for each in in_dach if each.properties.get("lifecyclestage") == "customer"]
    _fill(crm, "Customers DACH", [mustermann, *customers])
    _fill(crm, "Fair 2026", [mustermann, *random.sample(contacts, 90)])
    _fill(crm, "Newsletter", random.sample(contacts, 300))
    deciders = [
        each for each in contacts if each.properties.get("jobtitle") in ("Geschäftsführung", "Managing Director")
    ]
    _fill(crm, "Key decision makers", deciders[:24], dynamic=True)
    large = [each for each in companies if int(each.properties["numberofemployees"]) >= 400]
    made = crm.create_list("Strategic accounts", "companies")
    crm.add_to_list(made.id, [each.id for each in large])


def _fill(crm: Crm, name: str, contacts: Iterable[Record], *, dynamic: bool = False) -> None:
    crm.add_to_list(crm.create_list(name, dynamic=dynamic).id, [each.id for each in contacts])


def _made(record: Record | None) -> Record:
    assert record is not None
    return record
