"""The environment schedule: environments as lanes, bookings and outages as bars, use above them."""

from collections import defaultdict
from functools import cached_property
from urllib.parse import quote

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.models import Conflict
from environments.blockouts import bands
from environments.capacity import Load
from environments.filters import ScheduleFilter
from environments.models import Booking, Outage
from environments.room import read_supplies, rooms
from environments.usage import usage
from releasemgr.portfolio.models import Environment
from releasemgr.timeline import Bar, Lane

LANES_AT_ONCE = 60
TYPE_ORDER = Case(
    *(When(type=name, then=Value(place)) for place, name in enumerate(Environment.Type.values)),
    output_field=IntegerField(),
)
DRAWN = (Booking.Status.REQUESTED, *Booking.HOLDING, Booking.Status.COMPLETED)
MOVABLE = frozenset({Booking.Status.REQUESTED, *Booking.HOLDING})


class Schedule:
    """One page of the schedule for a period: ``first`` is how many lanes went before it."""

    def __init__(self, *, query, request, period, scale, first=0, may_book=False):
        self.period, self.scale, self.first, self.may_book = period, scale, first, may_book
        self.request = request
        in_service = Q(decommissioned_at=None) | Q(decommissioned_at__gt=period.starts_at)
        existing = Environment.objects.filter(in_service, commissioned_at__lt=period.ends_at)
        self.filter = ScheduleFilter(query, existing, request=request)

    @cached_property
    def lanes(self):
        """Lanes of this page, the strip of use above the first."""
        lanes = [self._lane(environment) for environment in self.environments]
        if self.first == 0 and lanes:
            lanes.insert(0, self._use_lane())
        return lanes

    @cached_property
    def bands(self):
        """The blockouts that reach environments of this page."""
        return bands(self.environments, self.period, self.scale)

    @cached_property
    def environments(self):
        """The environments of this page, in the order of their stages."""
        return self._found[:LANES_AT_ONCE]

    @cached_property
    def lanes_left(self):
        """How many lanes come after this page."""
        if len(self._found) <= LANES_AT_ONCE:
            return 0
        return self._chosen.count() - self.first - LANES_AT_ONCE

    @cached_property
    def _found(self):
        ordered = self._chosen.order_by(TYPE_ORDER, "name", "pk")
        return list(ordered[self.first : self.first + LANES_AT_ONCE + 1])

    @cached_property
    def _chosen(self):
        found = self.filter.qs
        said = self.filter.form.cleaned_data if self.filter.form.is_valid() else {}
        during = Booking.objects.during(self.period.starts_at, self.period.ends_at)
        if said.get("mine"):
            mine = during.filter(requested_by_id=self.request.user.pk)
            found = found.filter(pk__in=mine.values("environment_id"))
        return found.filter(pk__in=self._free(found)) if said.get("free") else found

    def _free(self, environments):
        """Those with at least one unit free during all of the period."""
        window = self.period.starts_at, self.period.ends_at
        found = rooms(list(environments.values_list("pk", flat=True)), *window)
        return [pk for pk, room in found.items() if room.free_units(*window) > 0]

    @cached_property
    def _ids(self):
        return [environment.pk for environment in self.environments]

    @cached_property
    def _supplies(self):
        return read_supplies(self._ids, self.period.starts_at, self.period.ends_at)

    @cached_property
    def _bookings(self):
        """Rows of bookings by environment id, as tuples: there are thousands of them."""
        rows = defaultdict(list)
        drawn = Booking.objects.during(self.period.starts_at, self.period.ends_at).filter(
            environment__in=self._ids, status__in=DRAWN
        )
        for environment_id, *row in drawn.order_by("starts_at", "pk").values_list(
            "environment_id",
            "pk",
            "number",
            "purpose",
            "project__name",
            "units",
            "is_exclusive",
            "status",
            "starts_at",
            "ends_at",
            "holds",
        ):
            rows[environment_id].append(row)
        return rows

    @cached_property
    def _outages(self):
        rows = defaultdict(list)
        overlapping = Q(ends_at=None) | Q(ends_at__gt=self.period.starts_at)
        found = Outage.objects.filter(overlapping, starts_at__lt=self.period.ends_at)
        for outage in found.filter(environment__in=self._ids):
            rows[outage.environment_id].append(outage)
        return rows

    @cached_property
    def _conflicts(self):
        """How many conflicts name a booking in the period, by booking id."""
        counts = defaultdict(int)
        found = Conflict.objects.filter(
            starts_at__lt=self.period.ends_at,
            ends_at__gt=self.period.starts_at,
            resource_kind="environment",
            resource_id__in=self._ids,
        )
        for pair in found.values_list("first_id", "second_id"):
            for pk in pair:
                counts[pk] += 1
        return counts

    @cached_property
    def _usage(self):
        holding = {
            pk: [
                Load(row[7], row[8], row[4], row[5])
                for row in rows
                if row[9] or row[6] == Booking.Status.COMPLETED
            ]
            for pk, rows in self._bookings.items()
        }
        return usage(self.period, self._supplies, holding)

    def _lane(self, environment):
        supply = self._supplies[environment.pk]
        units = supply.planned_at(self.period.starts_at) or supply.planned_at(self.period.ends_at)
        bars = [self._outage_bar(outage) for outage in self._outages[environment.pk]]
        bars += [self._bar(row) for row in self._bookings[environment.pk]]
        return Lane(
            key=environment.key,
            title=environment.name,
            bars=bars,
            url=f"{self._environments_url}{quote(environment.key)}/",
            note=f"{self._units_words(units)} · {self._words['reserved'] % _percent(self._usage.of(environment.pk))}",
            group=self._words[environment.type],
            can_book=self.may_book,
        )

    def _bar(self, row):
        pk, number, purpose, project, units, is_exclusive, status, starts_at, ends_at, _holds = row
        start, end = self.scale.span(starts_at, ends_at)
        url = f"{self._bookings_url}{number}/"
        return Bar(
            name=f"{project} · {purpose}" if project else purpose,
            url=url,
            start=start,
            end=end,
            kind="booking",
            status="done" if status == Booking.Status.COMPLETED else "",
            state="" if status == Booking.Status.COMPLETED else status,
            detail=self._words["exclusive"] if is_exclusive else self._units_words(units),
            conflicts=self._conflicts.get(pk, 0),
            key=f"bkg-{number}",
            move_url=f"{url}move/" if self.may_book and status in MOVABLE else "",
        )

    def _outage_bar(self, outage):
        start, end = self.scale.span(outage.starts_at, outage.ends_at or self.period.ends_at)
        return Bar(
            name=outage.reason,
            url=reverse("environments:outage-detail", args=[outage.pk]),
            start=start,
            end=end,
            kind="outage",
            detail=_("planned") if outage.is_planned else _("unplanned"),
        )

    def _use_lane(self):
        bars = []
        for (first, last), share in self._usage.total():
            start, end = self.scale.span(first, last)
            until = self.scale.instant(end - 1).date()
            query = f"since={self.scale.instant(start).date()}&until={until}"
            bars.append(
                Bar(
                    name=_percent(share),
                    url=f"{self._bookings_url}?{query}",
                    start=start,
                    end=end,
                    kind="use",
                    state=_level(share),
                    detail=_("reserved of all units below"),
                )
            )
        title, note = _("Reserved"), _("share of all units")
        return Lane("use", title, bars, note=note, group=_("All environments shown"), can_book=False)

    def _units_words(self, units):
        """ "2 units", worded once per number and page."""
        if units not in self._words:
            self._words[units] = ngettext("%(n)d unit", "%(n)d units", units) % {"n": units}
        return self._words[units]

    @cached_property
    def _words(self):
        """What repeats from lane to lane and bar to bar, in the language of this request."""
        types = {name: str(label) for name, label in Environment.Type.choices}
        return {"exclusive": _("exclusive"), "reserved": _("%s reserved"), **types}

    @cached_property
    def _environments_url(self):
        return reverse("environments:environment-list")

    @cached_property
    def _bookings_url(self):
        return reverse("environments:booking-list")


def _percent(share):
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def _level(share):
    """Five steps of use, for the strip's shade."""
    return "u0" if not share else f"u{min(1 + int(share * 4), 5)}"
