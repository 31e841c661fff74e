"""The property definitions of a portal: the usual ones of HubSpot, and a few that its admin made."""

from sandbox.hubspot.records import ObjectType, Property

LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)

# The stray blank in a value is allowed: HubSpot withdrew its check of 2025.
LEAD_STATUSES = (("NEW", "New"), ("OPEN", "Open"), ("IN_PROGRESS", "In Progress"), ("BAD_TIMING ", "Bad Timing"))

INTERESTS = (("press", "Press brakes"), ("laser", "Laser cutting"), ("service", "Service contracts"))

OWNER = Property(
    "hubspot_owner_id", "Contact owner", "enumeration", "select", "sales_properties", external_options=True
)
OBJECT_ID = Property("hs_object_id", "Record ID", "number", "number", read_only=True)
CREATED = Property("createdate", "Create Date", "datetime", "date", read_only=True)
MERGED = Property("hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox", read_only=True)

CONTACT_PROPERTIES = (
    Property("email", "Email"),
    Property("hs_additional_emails", "Additional email addresses", "enumeration", "checkbox", read_only=True),
    Property("firstname", "First Name"),
    Property("lastname", "Last Name"),
    Property("salutation", "Salutation"),
    Property("jobtitle", "Job Title"),
    Property("company", "Company Name"),
    Property("phone", "Phone Number", field_type="phonenumber"),
    Property("mobilephone", "Mobile Phone Number", field_type="phonenumber"),
    Property("city", "City"),
    Property("country", "Country/Region"),
    Property("website", "Website URL"),
    Property(
        "hs_language", "Preferred language", "enumeration", "select", options=(("de", "German"), ("en", "English"))
    ),
    Property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", options=LIFECYCLE_STAGES),
    Property("hs_lead_status", "Lead Status", "enumeration", "radio", "sales_properties", options=LEAD_STATUSES),
    Property("hs_email_optout", "Unsubscribed from all email", "bool", "booleancheckbox", "emailinformation"),
    Property("notes_last_contacted", "Last Contacted", "datetime", "date", "sales_properties"),
    Property("associatedcompanyid", "Primary Associated Company ID", "number", "number", read_only=True),
    Property("interests", "Interests", "enumeration", "checkbox", options=INTERESTS, hubspot_defined=False),
    Property("vip", "VIP", "bool", "booleancheckbox", hubspot_defined=False),
    Property("date_of_birth", "Date of birth", "date", "date", sensitivity="sensitive", hubspot_defined=False),
    Property("lastmodifieddate", "Last Modified Date", "datetime", "date", read_only=True),
    OWNER,
    OBJECT_ID,
    CREATED,
    MERGED,
)

COMPANY_PROPERTIES = (
    Property("name", "Company name", group="companyinformation"),
    Property("domain", "Company Domain Name", group="companyinformation"),
    Property("hs_additional_domains", "Additional Domains", "enumeration", "checkbox", "companyinformation"),
    Property("website", "Website URL", group="companyinformation"),
    Property("phone", "Phone Number", field_type="phonenumber", group="companyinformation"),
    Property("city", "City", group="companyinformation"),
    Property("country", "Country/Region", group="companyinformation"),
    Property("industry", "Industry", group="companyinformation"),
    Property("numberofemployees", "Number of Employees", "number", "number", "companyinformation"),
    Property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", options=LIFECYCLE_STAGES),
    Property("hs_lastmodifieddate", "Last Modified Date", "datetime", "date", read_only=True),
    OWNER,
    OBJECT_ID,
    CREATED,
    MERGED,
)


def usual_properties() -> dict[ObjectType, dict[str, Property]]:
    return {
        "contacts": {p.name: p for p in CONTACT_PROPERTIES},
        "companies": {p.name: p for p in COMPANY_PROPERTIES},
    }
