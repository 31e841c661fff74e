"""Signatures: a banner and a link for each recipient of a mail."""

import pytest
from sqlmodel import select

from storage.addresses import Address
from storage.campaign_changes import create_campaign, pause_campaign
from storage.campaigns import Banner
from storage.senders import own_domains
from tests.webhooks.conftest import API_KEY, PUBLIC_URL, campaign
from webhooks.banners import PIXEL
from webhooks.signatures import shown_size, signature_html
from webhooks.tokens import open_token

ANNA = "anna@ours.de"


def opened(served, url):
    return open_token(served.edge.keys, url.rpartition("/")[2])


async def test_each_recipient(served, store, summit):
    """One banner each, in their order, echoed as sent, under one mail id; nothing is kept of the recipients."""
    asked = ["Max@Firma.DE", " eva@firma.de", "Max@Firma.DE"]
    answer = await served.signatures(sender="Anna@ours.de", recipients=asked)
    banners = answer.json["banners"]
    tokens = [opened(served, banner["click_url"]) for banner in banners]

    assert [banner["recipient"] for banner in banners] == asked
    assert [token.recipient for token in tokens] == ["max@firma.de", "eva@firma.de", "max@firma.de"]
    assert {(token.mail_id, token.sender, token.target_url) for token in tokens} == {
        (tokens[0].mail_id, ANNA, "https://ours.de/summit?a=1")
    }
    assert all(banner["image_url"].startswith(f"{PUBLIC_URL}/b/") for banner in banners)
    assert await store.read(lambda session: session.exec(select(Address.email)).all()) == []


async def test_the_sender_is_known(served, store):
    """Whoever signs makes their domain one of our own."""
    await served.signatures(sender=ANNA, recipients=["max@firma.de"])

    assert await store.read(own_domains) == {"ours.de"}


@pytest.mark.parametrize(
    ("recipients", "account"),
    [
        (["max@firma.de", "eva@mail.firma.de"], "firma.de"),
        (["max@firma.de", "eva@anderswo.de"], None),
        (["max@gmail.com", "eva@gmail.com"], None),
    ],
)
async def test_one_mail_for_several(recipients, account, served):
    """One banner, whose token names the account if all share one, else nobody."""
    answer = await served.signatures(sender=ANNA, recipients=recipients, split=False)
    (banner,) = answer.json["banners"]
    token = opened(served, banner["image_url"])

    assert (token.recipient, token.account_domain) == (None, account)


async def test_the_campaign_of_most(served, store, clock):
    """One mail for several people leads to the campaign that most of them would see."""
    for name, domain in (("A", "a.de"), ("B", "b.de")):
        new = campaign(
            name=name, target_url=f"https://ours.de/{name}", image_url=f"https://ours.de/{name}.png", accounts=[domain]
        )
        await store.write(create_campaign, new, now=clock())
    asked = ["1@a.de", "2@b.de", "3@b.de"]
    answer = await served.signatures(sender=ANNA, recipients=asked, split=False)

    banner = answer.json["banners"][0]["image_url"].removeprefix(PUBLIC_URL)
    link = answer.json["banners"][0]["click_url"].removeprefix(PUBLIC_URL)

    assert (await served.get(banner)).headers["Location"] == "https://ours.de/B.png"
    assert (await served.get(link)).headers["Location"] == "https://ours.de/B"

    await store.write(pause_campaign, "B", now=clock())
    assert (await served.get(banner)).body == PIXEL


async def test_colleagues_in_a_mail_to_a_customer(served, store, clock):
    """What is made for our own people stays inside, however many of them read along."""
    everybody = campaign(name="All", image_url="https://ours.de/all.png", is_default=True)
    await store.write(create_campaign, everybody, now=clock())
    inside = campaign(name="Canteen", image_url="https://ours.de/canteen.png", is_for_own=True)
    await store.write(create_campaign, inside, now=clock())

    async def shown(*recipients):
        answer = await served.signatures(sender=ANNA, recipients=recipients, split=False)
        banner = answer.json["banners"][0]["image_url"].removeprefix(PUBLIC_URL)
        return (await served.get(banner)).headers["Location"]

    assert await shown("eva@ours.de", "otto@ours.de", "max@firma.de") == "https://ours.de/all.png"
    assert await shown("eva@ours.de", "otto@ours.de") == "https://ours.de/canteen.png"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sender": ANNA},
        {"recipients": ["max@firma.de"]},
        {"sender": "anna", "recipients": []},
        {"sender": 1, "recipients": []},
        {"sender": ANNA, "recipients": "max@firma.de"},
        {"sender": ANNA, "recipients": {}},
        {"sender": ANNA, "recipients": [1]},
        {"sender": ANNA, "recipients": [None]},
        {"sender": ANNA, "recipients": ["max@firma.de"], "split": "no"},
        {"sender": ANNA, "recipients": ["max@firma.de"], "split": None},
    ],
)
async def test_another_shape(asked, served):
    """What is not of the shape: 400."""
    assert (await served.signatures(**asked)).status == 400


@pytest.mark.parametrize("bad", ["secret name", "", "Max <max@firma.de>", '"a b"@firma.de', "max@firma", "max@\x00.de"])
async def test_a_recipient_that_is_no_address(bad, served, summit):
    """A recipient that cannot be written to has no banner, and a reason; those beside it keep theirs."""
    answer = await served.signatures(sender=ANNA, recipients=["max@firma.de", bad, "eva@firma.de"])
    first, none, last = answer.json["banners"]

    assert answer.status == 200
    assert [opened(served, one["click_url"]).recipient for one in (first, last)] == ["max@firma.de", "eva@firma.de"]
    assert {"reason" in one for one in (first, last)} == {False}
    assert (none["recipient"], none["image_url"], none["click_url"], none["html"]) == (bad, None, None, "")
    assert none["reason"].startswith("it is no e-mail address: ")


@pytest.mark.parametrize("recipients", [["max@firma.de", "secret name"], ["secret name"]])
async def test_one_mail_with_a_recipient_that_is_no_address(recipients, served, summit):
    """One mail for several people has its banner; it is no account's, as one of them may be from elsewhere."""
    answer = await served.signatures(sender=ANNA, recipients=recipients, split=False)
    (banner,) = answer.json["banners"]
    token = opened(served, banner["click_url"])

    assert answer.status == 200
    assert (banner["recipient"], token.recipient, token.account_domain) == (None, None, None)


async def test_a_bad_sender(served):
    """A sender that is no address is told so, without being repeated."""
    answer = await served.signatures(sender="secret name", recipients=["max@firma.de"])

    assert answer.status == 400
    assert "sender" in answer.json["detail"]
    assert "secret" not in answer.json["detail"]


async def test_how_many(served):
    """1,000 recipients are answered, 1,001 are too many."""
    recipients = [f"p{number}@firma.de" for number in range(1_001)]

    assert (await served.signatures(sender=ANNA, recipients=recipients)).status == 413
    assert len((await served.signatures(sender=ANNA, recipients=recipients[1:])).json["banners"]) == 1_000


async def test_nobody(served):
    """A mail to nobody has no banner."""
    assert (await served.signatures(sender=ANNA, recipients=[])).json == {"banners": []}


async def test_the_key(served):
    """Without the key: 401, and how to send it."""
    answer = await served.ask("POST", "/api/signatures", json={}, headers={"Authorization": f"Basic {API_KEY}"})

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_html_escapes():
    """Whatever an alt text holds stays text."""
    html = signature_html("https://x/b/t", "https://x/c/t", Banner(None, "d", '"><script>', 1200, 300))

    assert "<script>" not in html
    assert 'width="600" height="150"' in html


@pytest.mark.parametrize(
    ("size", "shown"), [((600, 150), (600, 150)), ((1200, 301), (600, 150)), ((5000, 1), (600, 1))]
)
def test_shown_size(size, shown):
    """A wide picture is shown at the width of a mail, in its own proportions."""
    assert shown_size(*size) == shown
