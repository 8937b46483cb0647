"""Charts: one description, three renderers.  Nothing here touches a database."""

from .description import Chart, Event, Level, Mark, Series, Shape
from .plotly import figure, figure_data
from .svg import svg
from .table import table

__all__ = ["Chart", "Event", "Level", "Mark", "Series", "Shape", "figure", "figure_data", "svg", "table"]
