"""THE table of the API: each address with its scope, what it is asked and what it answers."""

from typing import Annotated, Final

from msgspec import Meta

from storage.api_keys import Scope
from webhooks import signatures
from webhooks.api import campaigns, feed, opt_outs, people, performance, shapes
from webhooks.api.serving import ApiEndpoint

ONE_OF_BOTH: Final = Meta(extra_json_schema={"minProperties": 1, "maxProperties": 1})

API: Final = (
    ApiEndpoint(
        method="GET",
        path="/api/feed",
        scope=Scope.READ,
        what_for="The performance feed, by account, contact, campaign, owner, kind and time",
        query=shapes.FeedAsked,
        answer=shapes.FeedPage,
        run=feed.page,
    ),
    ApiEndpoint(
        method="POST",
        path="/api/contacts/search",
        scope=Scope.READ,
        what_for="Contacts by a part of a name, an address or a domain",
        body=shapes.SearchAsked,
        answer=shapes.SearchFound,
        run=people.search,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/contacts/{id}",
        scope=Scope.READ,
        what_for="One contact and their performance",
        answer=shapes.Contact,
        run=people.show,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/leads",
        scope=Scope.READ,
        what_for="People who clicked and are no contacts",
        query=shapes.LeadsAsked,
        answer=shapes.LeadsPage,
        run=people.leads,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/campaigns",
        scope=Scope.READ,
        what_for="Campaigns and what they brought",
        answer=shapes.Campaigns,
        run=campaigns.campaigns,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/target-groups",
        scope=Scope.READ,
        what_for="Target groups and their state",
        answer=shapes.TargetGroups,
        run=campaigns.groups,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/performance",
        scope=Scope.READ,
        what_for="Views and clicks of a contact, an account, a campaign, a target group, a sender, or in total",
        query=shapes.PerformanceAsked,
        answer=shapes.Performance,
        run=performance.show,
    ),
    ApiEndpoint(
        method="GET",
        path="/api/senders",
        scope=Scope.READ,
        what_for="Employees whose mails carry banners, where numbers per sender are on",
        answer=shapes.Senders,
        run=performance.senders,
    ),
    ApiEndpoint(
        method="POST",
        path="/api/opt-outs",
        scope=Scope.OPT_OUTS,
        what_for="End the tracking of an address or a domain, for good",
        body=Annotated[shapes.OptOutAsked, ONE_OF_BOTH],
        answer=shapes.OptedOut,
        run=opt_outs.opt_out,
    ),
    ApiEndpoint(
        method="POST",
        path="/api/signatures",
        scope=Scope.SIGNATURES,
        what_for="Banners and links for a mail about to be sent",
        body=shapes.SignaturesAsked,
        answer=shapes.Signatures,
        raw=signatures.sign,
    ),
)
