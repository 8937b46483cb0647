"""The scenarios of `manage.py bench`, in the order they run."""

SCENARIOS = {}
