"""Quillhaven Parcels: an invented small carrier, so that there is a second organisation to keep apart."""

from releasemgr.accounts.roles import Role
from releasemgr.demo.blueprint import Blueprint, applications, environments, projects

_APPLICATIONS = """
Parcel Tracker | high |
Route Planner | high | Depot Console
Depot Console | medium |
Customs Desk | medium | Parcel Tracker
Sender Portal | high | Parcel Tracker, Billing
Billing | medium |
"""

_PROJECTS = """
Live Tracking | Network | Parcel Tracker | Sender Portal
Evening Routes | Network | Route Planner |
Depot Handhelds | Network | Depot Console | Parcel Tracker
Customs Pre-Filing | Network | Customs Desk |
Sender Portal | Customers | Sender Portal |
Invoices by Month | Customers | Billing |
Returns at the Door | Customers | | Sender Portal, Route Planner
Locker Partners | Customers | | Parcel Tracker, Sender Portal
"""

_ENVIRONMENTS = """
Playground | dev | | 3 | 2 | 1 | ephemeral
Test | sit | | 2 | 5 | 4 | persistent
Acceptance | uat | | 1 | 8 | 6 | persistent
Staging | pre | | 1 | 12 | 8 | persistent
Live | prd | | 0 | 25 | 16 | persistent
"""

CARRIER = Blueprint(
    slug="quillhaven-parcels",
    name="Quillhaven Parcels",
    time_zone="Europe/Lisbon",
    currency="EUR",
    tree={"Network": (), "Customers": ()},
    applications=applications(_APPLICATIONS),
    projects=projects(_PROJECTS),
    environments=environments(_ENVIRONMENTS),
    logins={
        Role.OWNER: "Oona Ferreira",
        Role.ADMIN: "Aksel Moreau",
        Role.RELEASE_MANAGER: "Rafael Okafor",
        Role.ENVIRONMENT_MANAGER: "Elif Jansen",
        Role.PROJECT_LEAD: "Pavel Nguyen",
        Role.VIEWER: "Vera Castellan",
    },
    trains=2,
    share_of_projects=0.8,
)
