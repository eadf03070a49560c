"""The fields of a URDB rate by what becomes of them (OpenEI's utility rate API, versions 3 to 8).

Meanings are those of domain section 6 and of the API's own documentation (openei.org/services/doc/rest/util_rates).
Fields that begin with an underscore are additions of whoever stored the rate.
"""

from __future__ import annotations

ALIASES = {
    "flatdemandunits": "flatdemandunit",
    "demandrateunits": "demandrateunit",
    "coincidentrateunits": "coincidentrateunit",
    "coincidentschedule": "coincidentrateschedule",
    "coincidentratesched": "coincidentrateschedule",
    "fixedchargeunit": "fixedchargeunits",
    "minchargeunit": "minchargeunits",
}
"""Other spellings (all in lower case) of fields."""

READ = frozenset(
    {
        "energyratestructure",
        "energyweekdayschedule",
        "energyweekendschedule",
        "demandratestructure",
        "demandweekdayschedule",
        "demandweekendschedule",
        "demandrateunit",
        "demandwindow",
        "flatdemandstructure",
        "flatdemandmonths",
        "flatdemandunit",
        "coincidentratestructure",
        "coincidentrateschedule",
        "coincidentrateunit",
        "lookbackpercent",
        "lookbackmonths",
        "lookbackrange",
        "fixedchargefirstmeter",
        "fixedchargeunits",
        "fixedmonthlycharge",
        "mincharge",
        "minchargeunits",
        "minmonthlycharge",
        "annualmincharge",
    }
)
"""Fields that are charges, and are billed."""

NO_CHARGE = frozenset(
    {
        # which rate it is
        *("label", "uri", "utility", "eiaid", "eia", "name", "revisions", "approved", "is_default", "isdefault"),
        *("startdate", "enddate", "supersedes", "supercedes", "latest_update", "country", "utilityid", "utility_id"),
        # to whom it applies
        *("sector", "servicetype", "peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory"),
        *("peakkwhusagemin", "peakkwhusagemax", "peakkwhusagehistory", "mindemand", "maxdemand", "demandunits"),
        *("voltageminimum", "voltagemaximum", "voltagecategory", "phasewiring"),
        # text for readers
        *("description", "source", "sourceparent", "sourcereference", "basicinformationcomments"),
        *("demandcomments", "energycomments", "fixedcomments", "energytoulabels", "demandtoulabels"),
    }
)
"""Fields that say which rate it is, to whom it applies, or something to readers: no charges."""

REASONS = {
    "dgrules": "how exported energy is credited; here it earns `sell` of its tier, or nothing",
    "usenetmetering": "how exported energy is credited; here it earns `sell` of its tier, or nothing",
    "demandratchetpercentage": "ratchet percentages by month do not say which months are looked back to",
    "demandreactivepowercharge": "reactive power is not metered here",
    "fueladjustmentsmonthly": "fuel adjustments by month are not billed, only `adj` of each tier is",
    "energyfueladjustments": "fuel adjustments by month are not billed, only `adj` of each tier is",
    "fixedchargeeaaddl": "a charge for each further meter; one meter is billed",
    "energyattrs": "free text that may hold charges",
    "demandattrs": "free text that may hold charges",
    "fixedattrs": "free text that may hold charges",
}
"""Fields that cannot be honoured, and why."""

DETECTED_BY = frozenset(
    {"items", "energyratestructure", "demandratestructure", "flatdemandstructure", "fixedchargefirstmeter"}
    | {"fixedmonthlycharge", "utility", "coincidentratestructure"}
)
"""A JSON object with one of these (in any case) is a URDB rate."""
