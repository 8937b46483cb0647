"""What a chart says, independent of how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reporting.units import Unit

MAX_SERIES = 6


class Shape(StrEnum):
    LINE = "line"
    BAR = "bar"


@dataclass(frozen=True)
class Series:
    """One value per label; None is a gap.  ``hollow`` points are partial or thin; ``notes`` explain points."""

    name: str
    values: Sequence[float | None]
    hollow: Sequence[bool] = ()
    notes: Sequence[str] = ()

    def is_hollow(self, index: int) -> bool:
        return bool(self.hollow) and self.hollow[index]

    def note(self, index: int) -> str:
        return self.notes[index] if self.notes else ""


@dataclass(frozen=True)
class Level:
    """A horizontal line from label ``first`` to label ``last``: a centre, a limit or a target."""

    name: str
    value: float
    first: int
    last: int
    role: str = "limit"
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """A signal on the point at ``index``: its letter and its meaning in words."""

    index: int
    letter: str
    meaning: str


@dataclass(frozen=True)
class Event:
    """A vertical marker before the label at ``index``, such as an improvement taking effect."""

    index: int
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart of at most six series over common labels.

    ``finding`` is one sentence that stands for the picture; ``key`` is unique on its page.
    """

    key: str
    title: str
    finding: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: Unit
    shape: Shape = Shape.LINE
    levels: Sequence[Level] = ()
    marks: Sequence[Mark] = ()
    events: Sequence[Event] = field(default=())
    label_name: str = "Period"

    def __post_init__(self):
        if len(self.series) > MAX_SERIES:
            raise ValueError(f"{len(self.series)} series; a chart shows at most {MAX_SERIES}")
        wrong = [series.name for series in self.series if len(series.values) != len(self.labels)]
        if wrong:
            raise ValueError(f"not one value per label: {', '.join(wrong)}")

    @property
    def numbers(self) -> list[float]:
        """Every number the vertical axis must show."""
        plotted = [value for series in self.series for value in series.values if value is not None]
        return plotted + [level.value for level in self.levels]

    @property
    def lettered_marks(self) -> list[Mark]:
        """The first mark of each stretch of neighbours with one letter: a long run is named once."""
        before = {(mark.index, mark.letter) for mark in self.marks}
        return [mark for mark in self.marks if (mark.index - 1, mark.letter) not in before]

    def marks_at(self, index: int) -> list[Mark]:
        return [mark for mark in self.marks if mark.index == index]
