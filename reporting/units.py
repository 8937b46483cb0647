"""How figures are written for people: one rule per unit, the same on page, chart, table and export."""

from enum import StrEnum

MISSING = "\N{EN DASH}"


class Unit(StrEnum):
    """The unit in which a KPI is stored."""

    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"
    PER_DAY = "per day"
    COUNT = "count"

    def show(self, value: float | None) -> str:
        """``value`` with its unit, rounded for reading; an en dash for None."""
        return MISSING if value is None else _WRITERS[self](value)

    def show_change(self, before: float | None, after: float | None) -> str:
        """What changed: points for rates, the signed difference otherwise; empty where either is missing."""
        if before is None or after is None:
            return ""
        difference = after - before
        if self is Unit.RATIO:
            return f"{_signed(_decimals(100 * difference, 1))} points"
        return _signed(self.show(difference).lstrip("+"))

    def brief(self, value: float | None) -> str:
        """``value`` for a cell of a table whose head says the unit."""
        return f"{value:.2f}" if self is Unit.PER_DAY and value is not None else self.show(value)

    def axis(self, value: float) -> str:
        """A short tick label."""
        return f"{_trim(100 * value)} %" if self is Unit.RATIO else _trim(value)


def _trim(value: float) -> str:
    return _minus(f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}".replace(",", "\u202f"))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _signed(text: str) -> str:
    return text if text.startswith("\N{MINUS SIGN}") else f"+{text}"


def _decimals(value: float, places: int) -> str:
    return _minus(f"{value:,.{places}f}".replace(",", "\u202f"))


def _rate(value: float) -> str:
    return f"{_decimals(100 * value, 1 if 0 < abs(value) < 0.1 else 0)} %"


def _days(value: float) -> str:
    return f"{_signed(_decimals(value, 1))} d" if value else "0 d"


def _hours(value: float) -> str:
    if 0 < abs(value) < 1:
        return f"{_decimals(60 * value, 0)} min"
    if abs(value) >= 48:
        return f"{_decimals(value / 24, 1)} d"
    return f"{_decimals(value, 1)} h" if value else "0 h"


def _count(value: float) -> str:
    return _decimals(value, 0 if value == round(value) else 1)


_WRITERS = {
    Unit.RATIO: _rate,
    Unit.DAYS: _days,
    Unit.HOURS: _hours,
    Unit.PER_DAY: lambda value: f"{_decimals(value, 2)} a day",
    Unit.COUNT: _count,
}
