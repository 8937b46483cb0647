"""The five starter templates as tables; what an organisation takes over becomes its own words.

``phases``: name | kind | working days | overlap with the next. ``gates``: name | kind | phase | days before | flags
(``optional``, ``locks scope``, ``all`` or ``required`` gates below). ``criteria``: name | gate | entry or exit | days
before | owner's part | rule and parameters. ``activities``: name | phase | days before its end | owner's part.
``approvals``: name | gate | group | needed | step. ``parts``: part | who.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class StarterText:
    """A starter template before it is read."""

    name: str
    kind: str
    description: str
    phases: str
    gates: str
    criteria: str
    activities: str
    approvals: str
    parts: str = "accountable | owner"


QUARTERLY = StarterText(
    name="Quarterly enterprise release",
    kind="enterprise",
    description="Coordinates the projects of a quarter to one date: four months, four gates that count the gates below.",
    phases="""
Design | design | 20 | 0
Build | build | 30 | 0
System integration test | sit | 15 | 0
User acceptance test | uat | 15 | 0
Preparation | preparation | 4 | 0
Deployment | deployment | 2 | 0
Hypercare | hypercare | 10 | 0
""",
    gates="""
Scope freeze | freeze | Design | 0 | locks scope
Ready for SIT | approval | Build | 0 | required
Code freeze | freeze | System integration test | 0 |
Release readiness review | approval | User acceptance test | 0 | required
Enterprise go / no-go | go_no_go | Preparation | 1 | required
""",
    criteria="""
Manifest agreed with every project | Scope freeze | exit | 2 | accountable |
Nominations decided | Scope freeze | entry | 3 | accountable |
Test environments booked | Ready for SIT | exit | 3 | responsible |
Dependencies satisfied | Ready for SIT | exit | 1 | accountable | dependencies-satisfied
No open severity 1 defects | Code freeze | exit | 0 | responsible | open-defects severity=1 most=0
95 % of the test cases pass | Release readiness review | exit | 0 | responsible | pass-rate at_least=95
Planned, tested and approved version agree | Release readiness review | exit | 0 | responsible | versions-agree
Back-out plan rehearsed | Enterprise go / no-go | exit | 2 | responsible |
Support and business informed | Enterprise go / no-go | exit | 1 | accountable |
""",
    activities="""
Collect nominations | Design | 10 | accountable
Draw up the system impact matrix | Design | 3 | responsible
Integration test plan | Build | 5 | responsible
Regression test | System integration test | 2 | responsible
Sign-off by the business | User acceptance test | 1 | accountable
Dress rehearsal | Preparation | 1 | responsible
Run the deployment plan | Deployment | 0 | responsible
Collect what was learnt | Hypercare | 1 | accountable
""",
    approvals="""
Architecture | Scope freeze | Architecture board | 1 | 1
Test management | Release readiness review | Test managers | 1 | 1
Release board | Enterprise go / no-go | Release board | 2 | 1
Operations | Enterprise go / no-go | Operations | 1 | 1
""",
)

MONTHLY = StarterText(
    name="Monthly train",
    kind="enterprise",
    description="A train that leaves every month: who misses the entry takes the next.",
    phases="""
Integration | build | 6 | 0
Regression test | sit | 6 | 0
Acceptance | uat | 3 | 0
Deployment | deployment | 1 | 0
Hypercare | hypercare | 3 | 0
""",
    gates="""
Entry closes | freeze | Integration | 0 | locks scope
Ready to accept | approval | Regression test | 0 | required
Go / no-go | go_no_go | Acceptance | 0 | required
""",
    criteria="""
Load of the train looked at | Entry closes | exit | 1 | accountable |
No open severity 1 defects | Ready to accept | exit | 0 | responsible | open-defects severity=1 most=0
95 % of the test cases pass | Go / no-go | exit | 0 | responsible | pass-rate at_least=95
Dependencies satisfied | Go / no-go | exit | 0 | accountable | dependencies-satisfied
""",
    activities="""
Publish the manifest | Integration | 4 | accountable
Regression test | Regression test | 1 | responsible
Run the deployment plan | Deployment | 0 | responsible
""",
    approvals="""
Release board | Go / no-go | Release board | 1 | 1
""",
)

HOTFIX = StarterText(
    name="Hotfix",
    kind="independent",
    description="A correction that cannot wait: three working days, one decision.",
    phases="""
Fix | build | 1 | 0
Targeted test | sit | 1 | 0
Deployment | deployment | 1 | 0
Watch | hypercare | 1 | 0
""",
    gates="""
Go / no-go | go_no_go | Targeted test | 0 |
""",
    criteria="""
Cause understood | Go / no-go | exit | 0 | accountable |
Tested against the fault | Go / no-go | exit | 0 | responsible |
Back-out possible within the window | Go / no-go | exit | 0 | responsible |
""",
    activities="""
Inform support | Targeted test | 0 | accountable
Watch errors and load | Watch | 0 | responsible
""",
    approvals="""
Operations | Go / no-go | Operations | 1 | 1
""",
)

MOBILE = StarterText(
    name="Mobile app through the stores",
    kind="project",
    description="A version of a mobile app: the stores review it before it can be rolled out step by step.",
    phases="""
Build | build | 10 | 0
Test on devices | sit | 5 | 0
Beta with users | uat | 5 | 2
Review by the stores | preparation | 5 | 0
Rollout | deployment | 1 | 0
Staged rollout and watch | hypercare | 7 | 0
""",
    gates="""
Feature freeze | freeze | Build | 0 | locks scope
Submit to the stores | approval | Beta with users | 3 |
Go / no-go | go_no_go | Review by the stores | 0 |
""",
    criteria="""
Store texts and screenshots ready | Submit to the stores | entry | 2 | responsible |
Privacy statements checked | Submit to the stores | exit | 1 | accountable |
No open severity 1 defects | Submit to the stores | exit | 0 | responsible | open-defects severity=1 most=0
Both stores approved | Go / no-go | exit | 0 | responsible |
Crash-free beta sessions above 99.5 % | Go / no-go | exit | 0 | responsible |
""",
    activities="""
Device matrix tested | Test on devices | 0 | responsible
Invite beta users | Beta with users | 4 | responsible
Answer questions of the reviewers | Review by the stores | 1 | responsible
Raise the share of users | Staged rollout and watch | 3 | responsible
""",
    approvals="""
Product | Submit to the stores | Product owners | 1 | 1
Product | Go / no-go | Product owners | 1 | 1
""",
)

PACKAGE = StarterText(
    name="Package upgrade",
    kind="project",
    description="A new release of bought software: vendor fit, regression, cut-over on a quiet day.",
    phases="""
Read the release notes | design | 5 | 0
Upgrade of the sandbox | build | 10 | 0
Regression test | sit | 15 | 5
Acceptance by key users | uat | 10 | 0
Cut-over preparation | preparation | 3 | 0
Cut-over | deployment | 2 | 0
Hypercare | hypercare | 10 | 0
""",
    gates="""
Upgrade worth it | approval | Read the release notes | 0 |
Customising freeze | freeze | Upgrade of the sandbox | 0 | locks scope
Ready to cut over | approval | Acceptance by key users | 0 |
Go / no-go | go_no_go | Cut-over preparation | 0 |
""",
    criteria="""
Changed interfaces listed | Upgrade worth it | exit | 0 | responsible |
Licences and support confirmed | Upgrade worth it | exit | 1 | accountable |
90 % of the test cases pass | Ready to cut over | exit | 0 | responsible | pass-rate at_least=90
Data migration rehearsed | Ready to cut over | exit | 1 | responsible |
Vendor on call for the cut-over | Go / no-go | exit | 1 | accountable |
""",
    activities="""
Compare customising | Upgrade of the sandbox | 2 | responsible
Regression test | Regression test | 1 | responsible
Train key users | Acceptance by key users | 8 | responsible
Dress rehearsal | Cut-over preparation | 1 | responsible
""",
    approvals="""
Key users | Ready to cut over | Key users | 2 | 1
Operations | Go / no-go | Operations | 1 | 1
""",
)

STARTERS = {
    "quarterly": QUARTERLY,
    "monthly": MONTHLY,
    "hotfix": HOTFIX,
    "mobile": MOBILE,
    "package": PACKAGE,
}
