"""Statistical process control: XmR charts as section 1 of the KPI catalogue defines them.

Pure functions of numbers; no database, no clock.  ``analyse`` is the way in.
"""

from .chart import Analysis, Break, Point, Segment, analyse
from .limits import Domain, Limits, State, limits_of, xmr_limits
from .rules import Meaning, Rule, Signal, signals_of
from .target import Assurance, assurance

__all__ = [
    "Analysis",
    "Assurance",
    "Break",
    "Domain",
    "Limits",
    "Meaning",
    "Point",
    "Rule",
    "Segment",
    "Signal",
    "State",
    "analyse",
    "assurance",
    "limits_of",
    "signals_of",
    "xmr_limits",
]
