"""Made-up but believable data for the demo and the tests: a portal, campaigns with banners, a month of activity."""

from sandbox.sample_data.activity import past_activity
from sandbox.sample_data.campaigns import BANNERS, CAMPAIGNS, SampleCampaign
from sandbox.sample_data.letters import letters
from sandbox.sample_data.portal import sample_crm

__all__ = ["BANNERS", "CAMPAIGNS", "SampleCampaign", "letters", "past_activity", "sample_crm"]
