"""Aldermere Bank: an invented bank with about 60 projects, 40 applications and 25 environments."""

from releasemgr.accounts.roles import Role
from releasemgr.demo.blueprint import Blueprint, applications, environments, projects

_APPLICATIONS = """
Core Ledger | high |
Integration Bus | high |
Identity and Access | high |
Notification Service | medium |
Document Vault | medium |
Data Lake | medium | Core Ledger, Integration Bus
Customer Hub | high | Core Ledger, Identity and Access
Account Service | high | Core Ledger, Customer Hub
Savings Engine | medium | Core Ledger, Account Service
Interest and Fees | medium | Core Ledger
Credit Scoring | high | Customer Hub, Data Lake
Loan Origination | high | Customer Hub, Credit Scoring, Document Vault
Loan Servicing | high | Core Ledger, Interest and Fees
Mortgage Desk | high | Loan Origination, Document Vault
Collections | medium | Loan Servicing, Customer Hub
Fraud Watch | high | Customer Hub, Data Lake
Sanctions Filter | high | Integration Bus
Card Switch | high | Core Ledger, Fraud Watch
Card Issuing | high | Card Switch, Customer Hub
Card Disputes | medium | Card Switch, Document Vault
Wallet Gateway | medium | Card Switch, Identity and Access
Payments Hub | high | Core Ledger, Sanctions Filter, Integration Bus
Instant Payments | high | Payments Hub, Fraud Watch
Direct Debit | medium | Payments Hub
Standing Orders | low | Payments Hub, Account Service
Cheque Imaging | low | Payments Hub, Document Vault
Open Banking API | high | Identity and Access, Account Service, Payments Hub
Treasury Workbench | high | Core Ledger
FX Dealing | high | Treasury Workbench, Payments Hub
Trade Finance | medium | Core Ledger, Document Vault, Sanctions Filter
Cash Pooling | medium | Account Service, Payments Hub
Corporate Portal | high | Identity and Access, Payments Hub, Trade Finance
AML Monitor | high | Data Lake, Payments Hub
Regulatory Reporting | high | Data Lake, Core Ledger
Finance Close | high | Core Ledger
Market Risk Engine | medium | Treasury Workbench, Data Lake
Mobile App | high | Identity and Access, Account Service, Payments Hub
Web Banking | high | Identity and Access, Account Service, Payments Hub
Branch Desk | medium | Customer Hub, Account Service
Contact Centre | medium | Customer Hub, Notification Service
"""

_PROJECTS = """
Core Ledger Evolution | Accounts and Deposits | Core Ledger |
Account Opening Online | Accounts and Deposits | Account Service | Customer Hub
Savings Goals | Accounts and Deposits | Savings Engine | Mobile App
Fee Transparency | Accounts and Deposits | Interest and Fees | Web Banking
Dormant Accounts | Accounts and Deposits | | Account Service, Customer Hub
Deposit Guarantee File | Accounts and Deposits | | Core Ledger, Regulatory Reporting
Instant Credit Decision | Lending | Credit Scoring | Loan Origination
Loan Factory | Lending | Loan Origination |
Loan Servicing Renewal | Lending | Loan Servicing | Interest and Fees
Green Mortgage | Lending | Mortgage Desk | Loan Origination
Early Arrears Care | Lending | Collections | Contact Centre
Mortgage Broker Link | Lending | | Mortgage Desk, Integration Bus
Card Switch Renewal | Cards | Card Switch |
Digital Card Issuing | Cards | Card Issuing | Mobile App
Dispute Self-Service | Cards | Card Disputes | Web Banking
Wallets and Wearables | Cards | Wallet Gateway | Card Issuing
Card Limits in App | Cards | | Card Switch, Mobile App
Virtual Cards for Business | Cards | | Card Issuing, Corporate Portal
Payments Hub Core | Domestic Payments | Payments Hub |
Instant Payments Everywhere | Domestic Payments | Instant Payments | Payments Hub
Direct Debit Mandates | Domestic Payments | Direct Debit |
Standing Orders Move | Domestic Payments | Standing Orders | Account Service
Cheque Sunset | Domestic Payments | Cheque Imaging |
Payee Name Check | Domestic Payments | | Instant Payments, Customer Hub
Payment Format Migration | Domestic Payments | | Payments Hub, Direct Debit
Open Banking Consent | Open Finance | Open Banking API |
Partner Marketplace | Open Finance | | Open Banking API, Integration Bus
Account Data Sharing | Open Finance | | Open Banking API, Account Service
Corporate Portal Next | Corporate Banking | Corporate Portal |
Trade Documents Online | Corporate Banking | Trade Finance | Document Vault
Cash Pooling Plus | Corporate Banking | Cash Pooling |
Virtual Accounts | Corporate Banking | | Account Service, Corporate Portal
Treasury Workbench 2 | Markets | Treasury Workbench |
FX Streaming | Markets | FX Dealing | Corporate Portal
Market Risk Grid | Markets | Market Risk Engine |
Collateral Calls | Markets | | Treasury Workbench, Market Risk Engine
Fraud Watch Realtime | Financial Crime | Fraud Watch | Card Switch
Sanctions Screening Speed | Financial Crime | Sanctions Filter |
AML Scenarios | Financial Crime | AML Monitor | Data Lake
Scam Warning | Financial Crime | | Fraud Watch, Mobile App
Regulatory Reports Renewal | Finance and Risk | Regulatory Reporting |
Faster Month-End | Finance and Risk | Finance Close | Core Ledger
Climate Risk Data | Finance and Risk | | Data Lake, Credit Scoring
Liquidity Daily | Finance and Risk | | Regulatory Reporting, Treasury Workbench
Mobile App | Digital Channels | Mobile App |
Web Banking Refresh | Digital Channels | Web Banking |
Accessible Banking | Digital Channels | | Web Banking, Mobile App
Spending Insights | Digital Channels | | Mobile App, Data Lake
Branch Desk Renewal | Branches and Contact | Branch Desk |
Contact Centre Voice | Branches and Contact | Contact Centre | Notification Service
Appointment Booking | Branches and Contact | | Branch Desk, Contact Centre
Customer Hub | Customer and Identity | Customer Hub |
Strong Sign-In | Customer and Identity | Identity and Access | Mobile App
Consent and Privacy | Customer and Identity | | Customer Hub, Document Vault
Messages and Alerts | Customer and Identity | Notification Service |
Document Vault Move | Platforms | Document Vault |
Data Lake Quality | Platforms | Data Lake |
Integration Bus Upgrade | Platforms | Integration Bus |
Observability Everywhere | Platforms | | Integration Bus, Payments Hub
Database Upgrade | Platforms | | Core Ledger, Account Service
"""

_ENVIRONMENTS = """
DEV Shared 1 | dev | | 4 | 6 | 4 | persistent
DEV Shared 2 | dev | | 4 | 6 | 4 | persistent
DEV Channels | dev | Mobile App | 3 | 4 | 2 | ephemeral
DEV Payments | dev | Payments Hub | 3 | 5 | 3 | ephemeral
SIT 1 Integrated | sit | | 3 | 22 | 24 | persistent
SIT 2 Integrated | sit | | 3 | 22 | 24 | persistent
SIT 3 Integrated | sit | | 2 | 22 | 24 | persistent
SIT Payments | sit | Payments Hub | 2 | 14 | 12 | persistent
SIT Cards | sit | Card Switch | 2 | 14 | 12 | persistent
SIT Lending | sit | Loan Origination | 2 | 12 | 10 | persistent
SIT Channels | sit | Web Banking | 2 | 9 | 6 | ephemeral
UAT 1 Integrated | uat | | 2 | 30 | 32 | persistent
UAT 2 Integrated | uat | | 2 | 30 | 32 | persistent
UAT 3 Integrated | uat | | 1 | 30 | 32 | persistent
UAT Corporate | uat | Corporate Portal | 1 | 18 | 16 | persistent
UAT Markets | uat | Treasury Workbench | 1 | 26 | 20 | persistent
UAT Mobile | uat | Mobile App | 2 | 8 | 5 | ephemeral
Performance Lab | pre | | 1 | 64 | 40 | persistent
PRE 1 Dress Rehearsal | pre | | 1 | 58 | 40 | persistent
PRE 2 Hotfix | pre | | 2 | 48 | 30 | persistent
PRE Payments | pre | Payments Hub | 1 | 34 | 24 | persistent
PRD Core | prd | Core Ledger | 0 | 120 | 80 | persistent
PRD Payments | prd | Payments Hub | 0 | 96 | 60 | persistent
PRD Channels | prd | Web Banking | 0 | 70 | 40 | persistent
PRD Corporate | prd | Corporate Portal | 0 | 74 | 40 | persistent
"""

BANK = Blueprint(
    slug="aldermere-bank",
    name="Aldermere Bank",
    time_zone="Europe/Amsterdam",
    currency="EUR",
    tree={
        "Retail Banking": ("Accounts and Deposits", "Lending", "Cards"),
        "Payments": ("Domestic Payments", "Open Finance"),
        "Corporate and Markets": ("Corporate Banking", "Markets"),
        "Risk and Finance": ("Financial Crime", "Finance and Risk"),
        "Customer and Channels": ("Digital Channels", "Branches and Contact", "Customer and Identity"),
        "Technology": ("Platforms",),
    },
    applications=applications(_APPLICATIONS),
    projects=projects(_PROJECTS),
    environments=environments(_ENVIRONMENTS),
    logins={
        Role.OWNER: "Olena Marchetti",
        Role.ADMIN: "Adnan Verhoeven",
        Role.RELEASE_MANAGER: "Rita Lindqvist",
        Role.ENVIRONMENT_MANAGER: "Emeka Dubois",
        Role.PROJECT_LEAD: "Pia Novakova",
        Role.VIEWER: "Viggo Tanaka",
    },
    trains=4,
    share_of_projects=0.45,
)
