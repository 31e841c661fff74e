"""Numbers by the API: of a contact, an account, a campaign, or in total."""

from storage import Session, performance
from storage.counts import Counts
from storage.opt_outs import Hasher
from webhooks.api import shapes
from webhooks.api.people import accounts_of, tracked_contact
from webhooks.api.serving import Call
from webhooks.api.shapes import given


async def show(call: Call[shapes.PerformanceAsked]) -> shapes.Numbers:
    """Views and clicks, by people and by machines."""
    told = await call.store.read(_told, call.asked, call.hasher)
    return shapes.Numbers(told.views, told.clicks, told.click_rate, told.machine_clicks)


def _told(session: Session, asked: shapes.PerformanceAsked, hasher: Hasher) -> Counts:
    contact_id = given(asked.contact)
    if contact_id is not None:
        tracked_contact(session, contact_id, hasher)
    accounts = accounts_of(session, given(asked.account))
    return performance.narrowed(session, account_ids=accounts, contact_id=contact_id, campaign_id=given(asked.campaign))
