"""A KPI as a tile: the figure, what it is compared with, and its chart."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reporting.charts import Chart, Series, Shape, figure_data, svg, table
from reporting.kpis import KPIS, Kpi
from reporting.periods import label
from reporting.queries import Figure, figures
from reporting.selection import Selection


@dataclass(frozen=True)
class Drawing:
    """A chart ready for the page: picture, table and Plotly's data."""

    chart: Chart
    width: int = 360
    height: int = 170

    @property
    def key(self) -> str:
        return self.chart.key

    @property
    def data_id(self) -> str:
        return f"{self.chart.key}-data"

    @property
    def svg(self):
        return svg(self.chart, width=self.width, height=self.height)

    @property
    def table(self):
        return table(self.chart)

    @property
    def data(self) -> dict:
        return figure_data(self.chart)


@dataclass(frozen=True)
class Tile:
    """What the dashboard shows of one KPI."""

    kpi: Kpi
    selection: Selection
    figure: Figure
    compared: Figure | None
    drawing: Drawing

    @property
    def change(self) -> str:
        """The difference to the compared period, signed, in the unit of the KPI."""
        if not self.compared or None in (self.compared.value, self.figure.value):
            return ""
        if self.compared.value == self.figure.value:
            return _("no change")
        return self.kpi.unit.show_change(self.compared.value, self.figure.value)

    @property
    def tone(self) -> str:
        """``better`` or ``worse`` than the compared period; empty where there is no change or no good direction."""
        if not self.change or self.figure.value == self.compared.value or not self.kpi.good.sign:
            return ""
        is_better = self.kpi.good.prefers(self.figure.value, self.compared.value)
        return "better" if is_better else "worse"

    @property
    def verdict(self) -> str:
        """The tone in words."""
        return {"better": _("better"), "worse": _("worse")}.get(self.tone, "")


def tiles(selection: Selection) -> list[Tile]:
    """One tile for each KPI: two queries per period type shown, whatever the number of tiles."""
    made: dict[str, Tile] = {}
    by_type: dict[str, list[Kpi]] = {}
    for kpi in KPIS.values():
        by_type.setdefault(selection.fitting(kpi).period, []).append(kpi)
    for kpis in by_type.values():
        fitting = selection.fitting(kpis[0])
        made |= {tile.kpi.key: tile for tile in _tiles(fitting, kpis)}
    return [made[key] for key in KPIS]


def _tiles(selection: Selection, kpis: list[Kpi]) -> list[Tile]:
    starts = selection.starts()
    wanted = sorted({*starts, *filter(None, [selection.compared_on])})
    found = figures(kpis, [selection.scope], selection.period, wanted)
    return [_tile(selection, kpi, starts, found[kpi.key, selection.scope.id]) for kpi in kpis]


def _tile(selection: Selection, kpi: Kpi, starts, all_figures: list[Figure]) -> Tile:
    by_start = {figure.start_on: figure for figure in all_figures}
    drawing = Drawing(trend(kpi, selection, [by_start[start] for start in starts]))
    return Tile(kpi, selection, by_start[selection.until], by_start.get(selection.compared_on), drawing)


def trend(kpi: Kpi, selection: Selection, shown: list[Figure]) -> Chart:
    """The KPI of one scope over time: bars for counts per day, a line for everything else."""
    return Chart(
        key=f"trend-{kpi.key.lower()}",
        title=_("%(name)s, %(scope)s") % {"name": kpi.name, "scope": selection.scope.name},
        finding=finding(kpi, shown),
        labels=[label(selection.period, figure.start_on) for figure in shown],
        series=[
            Series(
                str(kpi.name),
                [figure.value for figure in shown],
                [figure.is_hollow for figure in shown],
                [figure.note for figure in shown],
            )
        ],
        unit=kpi.unit,
        shape=Shape.BAR if kpi.empty is not None else Shape.LINE,
    )


def finding(kpi: Kpi, shown: list[Figure]) -> str:
    """One sentence that stands for the picture."""
    known = [figure for figure in shown if figure.value is not None and not figure.is_partial]
    if not known:
        return _("No complete period has a figure yet.")
    last, lowest = known[-1], min(known, key=lambda figure: figure.value)
    highest = max(known, key=lambda figure: figure.value)
    return _("Last complete period %(last)s; between %(low)s and %(high)s in %(n)d periods.") % {
        "last": last.shown,
        "low": lowest.shown,
        "high": highest.shown,
        "n": len(known),
    }
