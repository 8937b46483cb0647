"""The scope of a release as a list: narrowed, sorted, exported, and what came in after the lock set beside the tests."""

from collections import defaultdict
from dataclasses import dataclass

import django_filters
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, TestRun, WorkItem
from calendar_app.releases.tree import above
from calendar_app.scope.lock import lock_of
from releasemgr.portfolio.models import Application

COLUMNS = {
    "key": "key",
    "title": "title",
    "kind": "kind",
    "status": "status",
    "application": "application__name",
    "added": "added_at",
    "tested": "tested_at",
    "release": "release__number",
}
HEADER = [
    "release",
    "key",
    "title",
    "kind",
    "severity",
    "status",
    "application",
    "added",
    "tested",
    "after_lock",
    "url",
]


class ScopeFilter(django_filters.FilterSet):
    """By words, kind, status, application; what was taken out shows only when it is asked for."""

    q = django_filters.CharFilter(method="with_words", label=_("Key or title"))
    kind = django_filters.ChoiceFilter(choices=WorkItem.Kind.choices, label=_("Kind"), empty_label=_("All"))
    status = django_filters.ChoiceFilter(
        method="in_status", choices=WorkItem.Status.choices, label=_("Status"), empty_label=_("In scope")
    )
    application = django_filters.ModelChoiceFilter(
        queryset=lambda request: Application.objects.order_by("name", "pk"),
        label=_("Application"),
        empty_label=_("All"),
    )
    late = django_filters.ChoiceFilter(
        method="after_the_lock", choices=[("yes", _("Yes"))], label=_("After the lock"), empty_label=_("All")
    )

    class Meta:
        model = WorkItem
        fields = []

    def __init__(self, query, queryset, *, request, locks):
        super().__init__(query, queryset, request=request)
        self.locks = locks

    def filter_queryset(self, queryset):
        chosen = self.form.cleaned_data.get("status")
        return super().filter_queryset(queryset if chosen else queryset.in_scope())

    def with_words(self, queryset, name, words):
        return queryset.filter(Q(key__icontains=words) | Q(title__icontains=words))

    def in_status(self, queryset, name, status):
        return queryset.filter(status=status)

    def after_the_lock(self, queryset, name, _value):
        return queryset.filter(self.locks.condition())


class Locks:
    """The locks of a release and of what is below it, and the tests since: what was added late, and was it tested?"""

    def __init__(self, release, ids):
        self.own = lock_of(release)
        inherited = [one.scope_locked_at for one in above(release) if one.scope_locked_at]
        rows = Release.objects.filter(pk__in={release.pk, *ids}).values_list(
            "pk", "parent_id", "scope_locked_at"
        )
        self._rows = {pk: (parent_id, since) for pk, parent_id, since in rows}
        self._inherited = min(inherited, default=None)
        instants = {pk: self._instant(pk) for pk in ids}
        self.since = {pk: instant for pk, instant in instants.items() if instant}
        self.runs = defaultdict(list)
        for pk, application, executed in TestRun.objects.filter(release__in=self.since).values_list(
            "release_id", "application_id", "executed_at"
        ):
            self.runs[pk].append((application, executed))

    def _instant(self, pk):
        """When the scope of a release was locked, by itself or above it."""
        if pk not in self._rows:
            return self._inherited
        parent_id, own = self._rows[pk]
        return min(filter(None, [own, self._instant(parent_id)]), default=None)

    def condition(self):
        """Which work items came in after the lock of their release."""
        by_instant = defaultdict(list)
        for pk, since in self.since.items():
            by_instant[since].append(pk)
        found = Q(pk__in=[])
        for since, ids in by_instant.items():
            found |= Q(release__in=ids, added_at__gt=since)
        return found

    def is_late(self, item):
        """Whether it came in after the lock of its release."""
        since = self.since.get(item.release_id)
        return since is not None and item.added_at > since

    def proof(self, item):
        """How a late item was tested: "item" by itself, "run" by a test run since, "" not at all."""
        if item.tested_at and item.tested_at >= item.added_at:
            return "item"
        runs = self.runs.get(item.release_id, ())
        seen = any(
            executed >= item.added_at and application in (None, item.application_id)
            for application, executed in runs
        )
        return "run" if seen else ""

    def late(self):
        """A Late over everything that is in scope."""
        items = WorkItem.objects.in_scope().filter(self.condition()) if self.since else ()
        proofs = [self.proof(item) for item in items]
        return Late(len(proofs), proofs.count("item"), proofs.count("run"), proofs.count(""))


@dataclass(frozen=True)
class Late:
    """How many items came in after the lock: all, tested themselves, covered by a later test run, not tested."""

    count: int
    tested: int
    covered: int
    untested: int


@dataclass(frozen=True)
class Line:
    """A row of the list."""

    item: WorkItem
    is_late: bool
    proof: str


def items_of(ids):
    """The work items of releases, with what a row shows."""
    return WorkItem.objects.filter(release__in=ids).select_related("release", "application")


def in_order(items, sort):
    """Items by the column ``sort`` ("-" before it for descending), rows without a value last; keys as a tie."""
    field = F(COLUMNS.get(sort.removeprefix("-"), "key"))
    order = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return items.order_by(order, "key", "pk")


def lines_of(items, locks):
    """The Lines of items."""
    return [Line(item, late := locks.is_late(item), locks.proof(item) if late else "") for item in items]


def cells_of(items, locks):
    """The cells of each item for a spreadsheet."""
    for item in items.iterator(chunk_size=1000):
        yield [
            item.release.reference,
            item.key,
            item.title,
            item.kind,
            item.severity or "",
            item.status,
            item.application.key if item.application else "",
            item.added_at.isoformat(),
            item.tested_at.isoformat() if item.tested_at else "",
            "yes" if locks.is_late(item) else "",
            item.url,
        ]
