"""The order of a list, kept in the URL: ``?sort=name`` or ``?sort=-name``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sorting:
    """How a list may be ordered: ``columns`` maps the name in the URL to a field; ``current`` is the choice or ""."""

    columns: dict[str, str]
    current: str = ""

    @classmethod
    def of(cls, request, columns):
        """The order a request asks for; what is no column of the list is ignored."""
        wanted = request.GET.get("sort", "")
        return cls(columns, wanted if wanted.removeprefix("-") in columns else "")

    def order(self, queryset):
        """The queryset in the chosen order, or in its own; ties by id, so that pages do not repeat rows."""
        if not self.current:
            return queryset
        sign = "-" if self.current.startswith("-") else ""
        return queryset.order_by(f"{sign}{self.columns[self.current.removeprefix('-')]}", "pk")

    @property
    def kept(self):
        """Hidden pairs for the filter bar, so that filtering keeps the order."""
        return [("sort", self.current)] if self.current else []

    def direction(self, name):
        """``ascending``, ``descending``, or "" when the list is not ordered by this column."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.current, "")
