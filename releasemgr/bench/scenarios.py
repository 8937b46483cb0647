"""The scenarios of `manage.py bench`, in the order they run."""

from releasemgr.bench import calendar

SCENARIOS = {"calendar": calendar}
