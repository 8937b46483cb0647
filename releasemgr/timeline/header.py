"""The head of a timeline: months, weeks, days or hours, and in words: today, holidays, blockouts."""

import datetime
from functools import cached_property
from html import escape
from itertools import groupby
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from releasemgr.timeline import bars as drawing
from releasemgr.timeline.packing import pack
from releasemgr.timeline.scale import DAY

CHIP_LETTER_PX, CHIP_PX = 7, 24


class Cell(NamedTuple):
    """One label of a ruler line, over ``width`` units from ``start``."""

    start: int
    width: int
    label: str
    classes: str = ""


class Header:
    """Ruler lines and bands of one page; ``bands`` are those that touch it."""

    def __init__(self, pen, bands):
        self.pen = pen
        self.scale = pen.scale
        self.bands = bands

    @cached_property
    def _days(self):
        """``[(date, first unit, units), …]`` of the page; in an hour scale a day may have 23 or 25 units."""
        if self.scale.unit == "day":
            first = self.scale.origin.date()
            return [(first + n * DAY, n, 1) for n in range(self.scale.units)]
        dates = groupby(range(self.scale.units), key=lambda unit: self.scale.instant(unit).date())
        spans = [(date, list(units)) for date, units in dates]
        return [(date, units[0], len(units)) for date, units in spans]

    @property
    def lines(self):
        """The ruler's lines from coarse to fine, as many as the zoom leaves room for."""
        px = self.scale.px
        if self.scale.unit == "day":
            lines = [self._months()]
            if px < 40:
                lines.append(self._weeks())
            if px >= 18:
                lines.append(self._dates())
            return lines
        if self.scale.unit == "hour":
            return [self._hour_days(), self._hours(1 if px >= 48 else 6 if px >= 8 else 12)]
        return [self._hour_days()]

    def _months(self):
        cells = []
        for _month, days in groupby(self._days, key=lambda day: (day[0].year, day[0].month)):
            days = list(days)
            width = days[-1][1] + days[-1][2] - days[0][1]
            pattern = "F Y" if width * self.scale.px >= 110 else "M Y" if width * self.scale.px >= 64 else "M"
            cells.append(Cell(days[0][1], width, date_format(days[0][0], pattern)))
        return cells

    def _weeks(self):
        cells = []
        for (_year, week), days in groupby(self._days, key=lambda day: day[0].isocalendar()[:2]):
            days = list(days)
            label = str(week) if self.scale.px < 9 else _("W%(week)02d") % {"week": week}
            cells.append(Cell(days[0][1], len(days), label if len(days) * self.scale.px >= 26 else ""))
        return cells

    def _dates(self):
        wide = self.scale.px >= 40
        return [
            Cell(
                unit,
                1,
                f"{date_format(date, 'D')[:2]} {date.day}" if wide else str(date.day),
                self._look(date, unit),
            )
            for date, unit, _width in self._days
        ]

    def _hour_days(self):
        return [
            Cell(
                unit,
                width,
                date_format(date, "D j M") if width * self.scale.px >= 60 else "",
                self._rest(date),
            )
            for date, unit, width in self._days
        ]

    def _hours(self, every):
        """Local hours that are multiples of ``every``, also on days of a clock change."""
        hours = [self.scale.instant(unit) for unit in range(self.scale.units)]
        starts = [
            n
            for n, at in enumerate(hours)
            if at.hour % every == 0 and (not n or hours[n - 1].hour != at.hour)
        ]
        pattern = "H:i" if self.scale.px >= 48 else "H"
        ends = [*starts[1:], self.scale.units]
        return [
            Cell(start, end - start, date_format(hours[start], pattern))
            for start, end in zip(starts, ends, strict=True)
        ]

    def _rest(self, date):
        return "rest" if date.weekday() in self.scale.rest_days else ""

    def _look(self, date, unit):
        return "is-today" if unit == self.scale.today else self._rest(date)

    def lines_html(self):
        """The ruler; hidden from screen readers, which hear dates with every bar."""
        lines = [f'<div class="tl-line">{"".join(map(cell_html, cells))}</div>' for cells in self.lines]
        return mark_safe("".join(lines))  # noqa: S308  labels are escaped

    @cached_property
    def _chips(self):
        """``[(track, first unit, band), …]``: the bands' names, packed so that none covers another."""
        boxes = [self._chip_box(band) for band in self.bands]
        placed = zip(pack(boxes), boxes, self.bands, strict=True)
        px = self.scale.px
        return [(track, int(box[0] // px), band) for track, box, band in placed if track is not None]

    def _chip_box(self, band):
        """Pixels of a band's name: above its stretch, further left where the page would end before the name does."""
        px = self.scale.px
        left, right = drawing.clipped(band.start, band.end, self.scale)
        width = max((right - left) * px, CHIP_PX + CHIP_LETTER_PX * len(band.name))
        start = max(min(left, int((self.scale.units * px - width) // px)), 0)
        return start * px, start * px + width

    @property
    def band_rows(self):
        return max((track for track, _start, _band in self._chips), default=-1) + 1

    def bands_html(self):
        """The bands as a list with their words, each above its stretch."""
        chips = (self.pen.chip(band, track, start) for track, start, band in self._chips)
        return mark_safe("".join(chips))  # noqa: S308  escaped where they are written

    def grid_html(self):
        """What lies behind all lanes: rest days, month starts, bands over every lane, the today line."""
        marks = [f'<i class="we s{start} w{width}"></i>' for start, width in self._rest_stretches()]
        marks += [f'<i class="ml s{unit}"></i>' for unit in self._line_units() if unit]
        for band in self.bands:
            if band.lanes is None:
                left, right = drawing.clipped(band.start, band.end, self.scale)
                marks.append(f'<i class="gb s{left} w{right - left} {drawing.band_classes(band)}"></i>')
        if self.scale.today is not None:
            marks.append(f'<i class="now s{self.scale.today} w1"></i>')
        return mark_safe("".join(marks))  # noqa: S308

    def _line_units(self):
        if self.scale.unit == "day":
            return [unit for date, unit, _width in self._days if date.day == 1]
        return [unit for _date, unit, _width in self._days]

    def _rest_stretches(self):
        if self.scale.unit == "part":
            return []
        stretches = groupby(self._days, key=lambda day: day[0].weekday() in self.scale.rest_days)
        runs = [list(days) for is_rest, days in stretches if is_rest]
        return [(days[0][1], days[-1][1] + days[-1][2] - days[0][1]) for days in runs]

    @property
    def today_words(self):
        """ "Today is Mon 23 Nov 2026", or "" when today is not on the page."""
        return (
            _("Today is %(day)s") % {"day": date_format(self.scale.now, "D j M Y")}
            if self.scale.today is not None
            else ""
        )

    @property
    def rest_words(self):
        """Which weekdays are shaded: "Shaded: Saturday, Sunday"."""
        if self.scale.unit == "part" or not self.scale.rest_days:
            return ""
        monday = datetime.date(2024, 1, 1)
        names = ", ".join(date_format(monday + day * DAY, "l") for day in sorted(self.scale.rest_days))
        return _("Shaded: %(days)s") % {"days": names}


def cell_html(cell):
    """A ruler label; the ``<b>`` stays in view while its stretch is scrolled."""
    classes = f" {cell.classes}" if cell.classes else ""
    return f'<span class="s{cell.start} w{cell.width}{classes}"><b>{escape(cell.label)}</b></span>'
