"""A control chart of stored figures: what reporting computed, seen through the decisions people took here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils.translation import gettext as _

from improvement.models import Action, Baseline
from releasemgr.tenancy.days import local_date
from reporting.charts import Chart, Event, Level, Mark, Series
from reporting.kpis import Kpi
from reporting.models import Cell
from reporting.periods import PeriodType, first_day, label, next_start
from reporting.queries import Figure, figures
from reporting.scopes import Scope
from reporting.spc import Analysis, Break, Point, Rule, Segment, State, analyse
from reporting.spc.limits import moving_ranges
from reporting.tiles import Drawing

SHOWN = 104
RECENT = 8
STATE_WORDS = {
    State.TOO_FEW: "fewer than 6 points: no limits yet",
    State.TRIAL: "trial limits, recomputed until 12 points",
    State.LOCKED: "limits locked on the first 12 points",
    State.NO_VARIATION: "no variation recorded: no limits",
    State.RARE: "mostly zero: too rare for limits",
}
RULE_WORDS = {
    Rule.BEYOND_LIMIT: "a point beyond the limits",
    Rule.LONG_RUN: "8 or more points on one side of the mean",
    Rule.TWO_OF_THREE: "2 of 3 points beyond two thirds of the limit",
    Rule.TREND: "6 or more points in one direction",
    Rule.RANGE: "a leap beyond the range limit",
}


@dataclass(frozen=True)
class ControlChart:
    """One KPI of one scope by period, with limits, signals, actions, and a proposed baseline if there is one."""

    kpi: Kpi
    scope: Scope
    period: PeriodType
    shown: Sequence[Figure]
    analysis: Analysis
    actions: Sequence[Action]

    @property
    def identity(self) -> dict:
        """What rows about this chart carry."""
        return {
            "metric": self.kpi.key,
            "scope_id": self.scope.id,
            "scope": self.scope.parameter,
            "period_type": self.period.value,
        }

    @property
    def proposal_label(self) -> str:
        """The period with which a proposed new baseline would start; empty where none is proposed."""
        return label(self.period, self.analysis.proposal.start_on) if self.analysis.proposal else ""

    @property
    def latest(self) -> Segment | None:
        return self.analysis.segments[-1] if self.analysis.segments else None

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.latest.state] if self.latest else _("no figures yet")

    @property
    def signals(self) -> list[dict]:
        """Every signal, newest first: rule, words, meaning, and the periods it marks."""
        found = [
            {
                "rule": signal.rule.value,
                "words": RULE_WORDS[signal.rule],
                "meaning": signal.meaning(self.kpi.good.sign).value,
                "detected_on": segment.points[signal.detected].start_on,
                "first": label(self.period, segment.points[signal.marks[0]].start_on),
                "last": label(self.period, segment.points[signal.marks[-1]].start_on),
            }
            for signal, segment in self.analysis.signals
        ]
        return sorted(found, key=lambda signal: signal["detected_on"], reverse=True)

    @property
    def recent_signals(self) -> list[dict]:
        """Signals detected in the last eight points, leaving out notes."""
        recent = {point.start_on for point in self.analysis.points[-RECENT:]}
        return [
            signal
            for signal in self.signals
            if signal["detected_on"] in recent and signal["meaning"] != "note"
        ]

    @property
    def finding(self) -> str:
        """One sentence: where the process stands and what was seen last."""
        if not self.latest or not self.latest.limits:
            return self.state_words[:1].upper() + self.state_words[1:] + "."
        limits, show = self.latest.limits, self.kpi.unit.show
        clip = self.kpi.domain.clip
        sentence = _("Expect %(low)s to %(high)s around %(mean)s unless the process changes.") % {
            "low": show(clip(limits.lower)),
            "high": show(clip(limits.upper)),
            "mean": show(limits.centre),
        }
        seen = self.recent_signals
        if not seen:
            return f"{sentence} {_('No signal in the last eight points.')}"
        return f"{sentence} {_('Last signal')}: {seen[0]['words']} ({seen[0]['meaning']})."

    @property
    def drawing(self) -> Drawing:
        return Drawing(self._values(), width=900, height=320)

    @property
    def ranges(self) -> Drawing:
        return Drawing(self._ranges(), width=900, height=200)

    def _place(self, start_on: date) -> int | None:
        """The position of a period among those shown; None when it lies before them."""
        starts = [figure.start_on for figure in self.shown]
        return starts.index(start_on) if start_on in starts else None

    def _labels(self) -> list[str]:
        return [label(self.period, figure.start_on) for figure in self.shown]

    def _values(self) -> Chart:
        series = Series(
            str(self.kpi.name),
            [figure.value for figure in self.shown],
            [figure.is_hollow for figure in self.shown],
            [figure.note for figure in self.shown],
        )
        return Chart(
            key="control",
            title=_("Control chart of %(name)s, %(scope)s")
            % {"name": self.kpi.name, "scope": self.scope.name},
            finding=self.finding,
            labels=self._labels(),
            series=[series],
            unit=self.kpi.unit,
            levels=[level for segment in self.analysis.segments for level in self._levels(segment)],
            marks=[mark for segment in self.analysis.segments for mark in self._marks(segment)],
            events=self._events(),
        )

    def _levels(self, segment: Segment) -> list[Level]:
        places = [self._place(point.start_on) for point in segment.points]
        inside = [place for place in places if place is not None]
        if not inside or segment.centre is None:
            return []
        last = len(self.shown) - 1 if segment is self.latest else inside[-1]
        centre = Level(
            _("mean") if segment.limits else _("median"), segment.centre, inside[0], last, "centre"
        )
        if not segment.limits:
            return [centre]
        is_trial = segment.state is State.TRIAL
        clip = self.kpi.domain.clip
        upper = Level(_("upper limit"), clip(segment.limits.upper), inside[0], last, "limit", is_trial)
        lower = Level(_("lower limit"), clip(segment.limits.lower), inside[0], last, "limit", is_trial)
        return [centre, upper, lower]

    def _marks(self, segment: Segment):
        for index, point in enumerate(segment.points):
            rule, place = segment.rule_at(index), self._place(point.start_on)
            if rule is None or place is None:
                continue
            signal = next(
                signal for signal in segment.signals if signal.rule is rule and index in signal.marks
            )
            yield Mark(place, rule.value, signal.meaning(self.kpi.good.sign).value)

    def _events(self) -> list[Event]:
        places = [
            (self._place(first_day(self.period, action.effective_on)), action) for action in self.actions
        ]
        return [Event(place, action.reference) for place, action in places if place is not None]

    def _ranges(self) -> Chart:
        values: list[float | None] = [None] * len(self.shown)
        levels = []
        for segment in self.analysis.segments:
            places = [self._place(point.start_on) for point in segment.points]
            for place, size in zip(places[1:], moving_ranges(segment.values), strict=False):
                if place is not None:
                    values[place] = size
            inside = [place for place in places if place is not None]
            if segment.limits and inside:
                levels.append(Level(_("range limit"), segment.limits.range_limit, inside[0], inside[-1]))
        return Chart(
            key="ranges",
            title=_("Moving ranges of %(name)s") % {"name": self.kpi.name},
            finding=_("How much one period differs from the one before."),
            labels=self._labels(),
            series=[Series(_("moving range"), values)],
            unit=self.kpi.unit,
            levels=levels,
        )


def control_charts(org, kpis: Sequence[Kpi], scope: Scope, period: PeriodType, *, at) -> list[ControlChart]:
    """The charts of several KPIs of one scope by ``period``; four queries however many."""
    wanted = Cell.objects.filter(metric__in=[kpi.key for kpi in kpis], scope_id=scope.id, period_type=period)
    first = wanted.aggregate(first=Min("start_on"))["first"]
    running = first_day(period, local_date(at, org.zone))
    starts = _starts(period, first or running, running)
    found = figures(kpis, [scope], period, starts)
    decided = list(Baseline.objects.filter(scope_id=scope.id, period_type=period).order_by("start_on"))
    actions = list(
        Action.objects.filter(scope_id=scope.id, effective_on__isnull=False)
        .exclude(state=Action.State.DROPPED)
        .order_by("effective_on", "number")
    )
    return [
        _chart(
            kpi,
            scope,
            period,
            found[kpi.key, scope.id],
            [baseline for baseline in decided if baseline.metric == kpi.key],
            [action for action in actions if action.metric == kpi.key],
        )
        for kpi in kpis
    ]


def _chart(kpi, scope, period, history: list[Figure], decided, actions) -> ControlChart:
    known = [n for n, figure in enumerate(history) if figure.value is not None]
    history = history[known[0] :] if known else []
    points = [
        Point(figure.start_on, figure.value)
        for figure in history
        if figure.value is not None and not figure.is_hollow
    ]
    analysis = analyse(
        points,
        breaks=[Break(baseline.start_on, baseline.reason) for baseline in decided if baseline.is_accepted],
        refused={baseline.start_on for baseline in decided if not baseline.is_accepted},
        domain=kpi.domain,
        counts=kpi.empty is not None,
    )
    return ControlChart(kpi, scope, period, history[-SHOWN:], analysis, actions)


def _starts(period: PeriodType, first: date, last: date) -> list[date]:
    starts = [first]
    while (following := next_start(period, starts[-1])) <= last:
        starts.append(following)
    return starts
