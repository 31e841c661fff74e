"""Made-up but believable data for the demo and the tests: a portal, campaigns with banners, a month of activity."""

from sandbox.sample_data.activity import past_activity
from sandbox.sample_data.campaigns import BANNERS, sample_campaigns
from sandbox.sample_data.portal import sample_crm

__all__ = ["BANNERS", "past_activity", "sample_campaigns", "sample_crm"]
