"""The verbs of releases, their phases and milestones: plan and edit, move, baseline, start, go live, hold, cancel.

Verbs take rows as their author saw them: each row carries the ``version`` that is compared.
"""
