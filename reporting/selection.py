"""What a reporting page is asked for in its URL: scope, period type, last period, comparison."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from releasemgr.tenancy.days import local_date
from reporting.kpis import Kpi
from reporting.periods import DAY, PeriodType, earlier_start, first_day, label, next_start
from reporting.scopes import NoSuchScope, Scope, find_scope
from reporting.store import EARLIEST

SHOWN = {PeriodType.WEEK: 26, PeriodType.MONTH: 13, PeriodType.QUARTER: 9}
A_YEAR = {PeriodType.WEEK: 52, PeriodType.MONTH: 12, PeriodType.QUARTER: 4}
PERIOD_NAMES = {
    PeriodType.WEEK: _("Weeks"),
    PeriodType.MONTH: _("Months"),
    PeriodType.QUARTER: _("Quarters"),
}
COMPARISONS = {"previous": _("the period before"), "year": _("a year earlier"), "none": _("nothing")}


@dataclass(frozen=True)
class Selection:
    """A scope and the periods up to ``until``; ``running`` is the start of the period that contains now."""

    scope: Scope
    period: PeriodType
    until: date
    running: date
    compare: str = "previous"

    def fitting(self, kpi: Kpi) -> "Selection":
        """The same for a KPI that may lack the period type: then in months."""
        if self.period in kpi.periods:
            return self
        return self.of_type(PeriodType.MONTH)

    def of_type(self, period: PeriodType) -> "Selection":
        """The same in another period type, the latest period that has ended with this one."""
        last_day = next_start(self.period, self.until) - DAY
        running = first_day(period, self.running)
        until = min(first_day(period, last_day), earlier_start(period, running, 1))
        return Selection(self.scope, period, until, running, self.compare)

    def starts(self, count: int | None = None) -> list[date]:
        """Starts of the periods to show, oldest first: up to ``until``, and the running one if it follows."""
        count = count or SHOWN[self.period]
        starts = [self.until]
        while len(starts) < count:
            starts.append(earlier_start(self.period, starts[-1], 1))
        following = next_start(self.period, self.until)
        return starts[::-1] + ([following] if following == self.running else [])

    @property
    def compared_on(self) -> date | None:
        """The start of the period to compare with."""
        if self.compare == "none":
            return None
        steps = A_YEAR[self.period] if self.compare == "year" else 1
        return earlier_start(self.period, self.until, steps)

    @property
    def label(self) -> str:
        return label(self.period, self.until)

    @property
    def compared_label(self) -> str:
        return label(self.period, self.compared_on) if self.compared_on else ""

    def query(self, **changes) -> str:
        """The query string of this selection, with changes; defaults are left out."""
        values = {"scope": self.scope.parameter, "period": self.period.value, "until": self.until.isoformat()}
        values |= {"compare": self.compare} | changes
        if values["period"] != self.period.value:
            values.pop("until")
        return urlencode(
            {name: value for name, value in values.items() if value and (name, value) not in _DEFAULTS}
        )

    @property
    def earlier(self) -> str:
        """The query string one period back."""
        return self.query(until=earlier_start(self.period, self.until, 1).isoformat())

    @property
    def later(self) -> str:
        """The query string one period on; empty at the latest complete period."""
        following = next_start(self.period, self.until)
        return self.query(until=following.isoformat()) if following < self.running else ""


_DEFAULTS = {("period", "month"), ("compare", "previous")}


def selection(request, *, at: datetime) -> Selection:
    """What the request asks for; a scope that is not there is not found, other nonsense reads as the default."""
    try:
        scope = find_scope(request.org, request.GET.get("scope", ""))
    except NoSuchScope as error:
        raise Http404 from error
    asked = request.GET.get("period")
    period = PeriodType(asked) if asked in SHOWN else PeriodType.MONTH
    running = first_day(period, local_date(at, request.org.zone))
    latest = earlier_start(period, running, 1)
    until = _date(request.GET.get("until", "")) or latest
    compare = request.GET.get("compare") if request.GET.get("compare") in COMPARISONS else "previous"
    return Selection(scope, period, min(first_day(period, until), latest), running, compare)


def _date(text: str) -> date | None:
    """The date a URL spells; None for anything else, and for dates that no figure reaches."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found >= EARLIEST else None
