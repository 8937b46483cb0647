"""The scenarios of `manage.py bench`, in the order they run."""

from releasemgr.bench import booking, calendar, dashboard, fragments, governance, recompute, schedule

SCENARIOS = {
    "calendar": calendar,
    "schedule": schedule,
    "booking": booking,
    "recompute": recompute,
    "dashboard": dashboard,
    "fragments": fragments,
    "governance": governance,
}
