"""Chart to SVG: complete without script, coloured by classes so that both themes and print apply."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .axis import ticks
from .description import Chart, Level, Series, Shape

MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 48, 14, 18, 26
LABEL_WIDTH = 62
NAME_WIDTH = 92


@dataclass(frozen=True)
class Frame:
    """Maps labels and values of one chart to positions in the picture."""

    chart: Chart
    width: int
    height: int
    ticks: list[float]

    @property
    def right(self) -> int:
        named = len(self.chart.series) > 1 or self.chart.levels
        return self.width - MARGIN_RIGHT - (NAME_WIDTH if named else 0)

    @property
    def bottom(self) -> int:
        return self.height - MARGIN_BOTTOM

    @property
    def slot(self) -> float:
        return (self.right - MARGIN_LEFT) / max(1, len(self.chart.labels))

    def x(self, index: float) -> float:
        return round(MARGIN_LEFT + (index + 0.5) * self.slot, 1)

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        share = (value - low) / (high - low)
        return round(self.bottom - share * (self.bottom - MARGIN_TOP), 1)


def svg(chart: Chart, *, width: int = 360, height: int = 170) -> SafeString:
    """The chart as one ``<svg>`` element of ``width`` by ``height`` user units, every text escaped."""
    frame = Frame(chart, width, height, ticks(chart.numbers, from_zero=chart.shape is Shape.BAR))
    parts = [*_head(frame), *_grid(frame), *_labels(frame)]
    parts += [*_events(frame), *_levels(frame), *_series(frame), *_marks(frame), "</svg>"]
    return mark_safe("".join(parts))  # noqa: S308 every text went through escape()


def _head(frame: Frame) -> Iterator[str]:
    key = escape(frame.chart.key)
    yield (
        f'<svg class="chart-svg" viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-labelledby="{key}-title {key}-finding" xmlns="http://www.w3.org/2000/svg">'
    )
    yield f'<title id="{key}-title">{escape(frame.chart.title)}</title>'
    yield f'<desc id="{key}-finding">{escape(frame.chart.finding)}</desc>'


def _grid(frame: Frame) -> Iterator[str]:
    for tick in frame.ticks:
        y = frame.y(tick)
        yield f'<path class="chart-grid" d="M{MARGIN_LEFT} {y}H{frame.right}"/>'
        label = escape(frame.chart.unit.axis(tick))
        yield f'<text class="chart-tick" x="{MARGIN_LEFT - 6}" y="{y + 4:g}" text-anchor="end">{label}</text>'


def _labels(frame: Frame) -> Iterator[str]:
    room = max(1, int((frame.right - MARGIN_LEFT) // LABEL_WIDTH))
    every = max(1, -(-len(frame.chart.labels) // room))
    last = len(frame.chart.labels) - 1
    for index in range(last % every if last > 0 else 0, last + 1, every):
        text = escape(frame.chart.labels[index])
        x = min(frame.x(index), frame.width - 30)
        yield f'<text class="chart-tick" x="{x}" y="{frame.height - 8}" text-anchor="middle">{text}</text>'


def _events(frame: Frame) -> Iterator[str]:
    for event in frame.chart.events:
        x = frame.x(event.index - 0.5)
        anchor = "end" if x > frame.right * 0.7 else "start"
        yield f'<path class="chart-event" d="M{x} {MARGIN_TOP - 6}V{frame.bottom}"/>'
        yield f'<text class="chart-event-label" x="{x}" y="10" text-anchor="{anchor}">{escape(event.label)}</text>'


def _levels(frame: Frame) -> Iterator[str]:
    taken: list[float] = []
    for level in frame.chart.levels:
        left, right, y = frame.x(level.first - 0.5), frame.x(level.last + 0.5), frame.y(level.value)
        dashed = " dashed" if level.dashed else ""
        yield f'<path class="chart-level {escape(level.role)}{dashed}" d="M{left} {y}H{right}"/>'
        yield _level_name(frame, level, y, taken)


def _level_name(frame: Frame, level: Level, y: float, taken: list[float]) -> str:
    """The name at the right edge, for levels that reach it and do not cover another's name."""
    if level.last < len(frame.chart.labels) - 1 or any(abs(y - other) < 11 for other in taken):
        return ""
    taken.append(y)
    text = escape(f"{level.name} {frame.chart.unit.axis(level.value)}")
    return f'<text class="chart-name" x="{frame.right + 4}" y="{y + 4:g}">{text}</text>'


def _series(frame: Frame) -> Iterator[str]:
    for number, series in enumerate(frame.chart.series, start=1):
        yield f'<g class="chart-series s{number}">'
        yield from _bars(frame, series) if frame.chart.shape is Shape.BAR else _line(frame, series)
        yield "</g>"


def _line(frame: Frame, series: Series) -> Iterator[str]:
    path, pen_down = [], False
    for index, value in enumerate(series.values):
        if value is not None:
            path.append(f"{'L' if pen_down else 'M'}{frame.x(index)} {frame.y(value)}")
        pen_down = value is not None
    yield f'<path class="chart-line" d="{"".join(path)}"/>' if path else ""
    dense = len(series.values) > 120
    for index, value in enumerate(series.values):
        if value is not None and not (dense and not series.is_hollow(index)):
            yield _dot(frame, series, index, value)
    yield _series_name(frame, series)


def _dot(frame: Frame, series: Series, index: int, value: float) -> str:
    hollow = " hollow" if series.is_hollow(index) else ""
    return (
        f'<circle class="chart-dot{hollow}" cx="{frame.x(index)}" cy="{frame.y(value)}" r="3">'
        f"<title>{escape(tip(frame.chart, series, index))}</title></circle>"
    )


def _bars(frame: Frame, series: Series) -> Iterator[str]:
    number, of = frame.chart.series.index(series), len(frame.chart.series)
    width = round(0.72 * frame.slot / of, 1)
    zero = frame.y(0)
    for index, value in enumerate(series.values):
        if value is None:
            continue
        x, y = round(frame.x(index) + (number - of / 2) * width, 1), frame.y(value)
        hollow = " hollow" if series.is_hollow(index) else ""
        yield (
            f'<rect class="chart-bar{hollow}" x="{x}" y="{min(y, zero)}" width="{width}" '
            f'height="{max(0.8, round(abs(zero - y), 1))}"><title>{escape(tip(frame.chart, series, index))}</title></rect>'
        )


def _series_name(frame: Frame, series: Series) -> str:
    """A direct label at the line's end, where several lines share the picture."""
    ends = [index for index, value in enumerate(series.values) if value is not None]
    if len(frame.chart.series) < 2 or not ends:
        return ""
    y = frame.y(series.values[ends[-1]]) + 4
    return f'<text class="chart-name" x="{frame.x(ends[-1]) + 8}" y="{y:g}">{escape(series.name)}</text>'


def _marks(frame: Frame) -> Iterator[str]:
    values = frame.chart.series[0].values if frame.chart.series else ()
    for mark in frame.chart.marks:
        value = values[mark.index]
        if value is None:
            continue
        x, y = frame.x(mark.index), frame.y(value)
        yield f'<circle class="chart-signal {escape(mark.meaning)}" cx="{x}" cy="{y}" r="5.5"/>'
        if mark in frame.chart.lettered_marks:
            yield (
                f'<text class="chart-letter {escape(mark.meaning)}" x="{x}" y="{y - 9:g}" text-anchor="middle">'
                f"{escape(mark.letter)}<title>{escape(f'{mark.letter}: {mark.meaning}')}</title></text>"
            )


def tip(chart: Chart, series: Series, index: int) -> str:
    """One point in words: its label, value and note."""
    said = f"{chart.labels[index]}: {chart.unit.show(series.values[index])}"
    return ", ".join(filter(None, [said, series.note(index)]))
