"""Which click is a lead's, and when that is news."""

import pytest

from decisions.lead_news import CLICKS_THAT_SPEAK_UP, Clicker, Lead, LeadState, News, lead_news


@pytest.mark.parametrize(
    ("clicker", "human", "because"),
    [
        (Clicker(), False, "a machine's click makes no lead"),
        (Clicker(opted_out=True), True, "opted out"),
        (Clicker(is_own=True), True, "at a domain of our own"),
        (Clicker(has_contact=True), True, "already a contact"),
    ],
)
def test_no_lead(clicker, human, because):
    """Machines, contacts, own people and those who opted out make no lead, whatever was known before."""
    for lead in (None, Lead(LeadState.OPEN)):
        news = lead_news(clicker, human=human, lead=lead)

        assert (news.is_lead, news.news, news.because) == (False, News.NONE, because)


@pytest.mark.parametrize(
    ("lead", "news"),
    [
        (None, News.NEW),
        (Lead(LeadState.OPEN), News.GREW),
        (Lead(LeadState.CLAIMED), News.GREW),
        (Lead(LeadState.DISMISSED), News.NONE),
        (Lead(LeadState.DISMISSED, CLICKS_THAT_SPEAK_UP - 2), News.NONE),
        (Lead(LeadState.DISMISSED, CLICKS_THAT_SPEAK_UP - 1), News.BACK),
        (Lead(LeadState.DISMISSED, CLICKS_THAT_SPEAK_UP), News.BACK),
    ],
)
def test_news(lead, news):
    """A first click is news, further ones renew it, and a dismissed lead speaks up again only after several."""
    told = lead_news(Clicker(), human=True, lead=lead)

    assert (told.is_lead, told.news) == (True, news)
    assert told.because
