"""What the calendar can be narrowed by; all of it stays in the URL."""

from html import escape
from uuid import UUID

import django_filters
from django.db.models import Q
from django.forms import CheckboxSelectMultiple, Select
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from calendar_app.calendar.stances import FINISHED
from calendar_app.models import Claim, ReleaseImpact

Kind, Resource = Claim.Kind, Claim.Resource
_SHOWN_KINDS = [(kind.value, kind.label) for kind in Kind if kind not in (Kind.BLOCKOUT, Kind.DEPENDENCY)]
_STATUSES = [
    ("open", _("Planned or running")),
    ("finished", _("Finished")),
    ("conflicts", _("In conflict")),
]


class LongSelect(Select):
    """A select of many options, written by one function: Django's own renders a template for each option."""

    def render(self, name, value, attrs=None, renderer=None):
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = "" if value is None else str(value)
        opened = " ".join(f'{escape(key)}="{escape(str(text))}"' for key, text in attributes.items())
        options = "".join(
            f'<option value="{escape(str(key))}"{" selected" if str(key) == chosen else ""}>{escape(str(label))}</option>'
            for key, label in self.choices
        )
        return mark_safe(f"<select {opened}>{options}</select>")  # noqa: S308  every value is escaped above


class KindChoice(CheckboxSelectMultiple):
    """Kinds to show, folded into one control."""

    template_name = "calendar/kinds.html"


class CalendarFilter(django_filters.FilterSet):
    """By portfolio node with all below it, project, application, kind, status and words of the title.

    ``places`` gives the choices; ``usual_kinds`` are shown while no kind is chosen; ``clashing`` are the
    conflicts of the period.
    """

    portfolio = django_filters.ChoiceFilter(
        method="in_portfolio", label=_("Portfolio"), empty_label=_("All"), widget=LongSelect
    )
    project = django_filters.ChoiceFilter(
        method="of_project", label=_("Project"), empty_label=_("All"), widget=LongSelect
    )
    application = django_filters.ChoiceFilter(
        method="on_application", label=_("Application"), empty_label=_("All"), widget=LongSelect
    )
    status = django_filters.ChoiceFilter(
        method="with_status",
        label=_("Status"),
        choices=_STATUSES,
        empty_label=_("Any"),
        widget=LongSelect,
    )
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Name contains"))
    kind = django_filters.MultipleChoiceFilter(
        method="of_kinds", label=_("Kinds"), choices=_SHOWN_KINDS, widget=KindChoice
    )

    class Meta:
        model = Claim
        fields = []

    def __init__(self, query, queryset, *, places, usual_kinds, clashing):
        super().__init__(query, queryset)
        self.places, self.usual_kinds, self.clashing = places, usual_kinds, clashing
        self.filters["portfolio"].extra["choices"] = places.node_choices
        self.filters["project"].extra["choices"] = places.project_choices
        self.filters["application"].extra["choices"] = places.application_choices

    @property
    def chosen(self):
        """What was asked for, without what nobody offered."""
        self.form.is_valid()
        return self.form.cleaned_data

    @property
    def kinds(self):
        """The kinds that are shown: those chosen, else the usual ones."""
        return self.chosen.get("kind") or self.usual_kinds

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset).filter(kind__in=self.kinds)

    def of_kinds(self, queryset, name, kinds):
        """`filter_queryset` applies them, or the usual ones."""
        return queryset

    def in_portfolio(self, queryset, name, node_id):
        node_id = UUID(node_id)
        inside = self.places.projects_within(node_id)
        owned = [pk for pk, project_id in self.places.owners.items() if project_id in inside]
        return queryset.filter(
            Q(project_id__in=inside)
            | Q(project_id=None, resource_id__in=[*owned, *self.places.nodes_within(node_id)])
        )

    def of_project(self, queryset, name, key):
        project_id = self.places.id_of(self.places.projects, key)
        owned = [pk for pk, owner in self.places.owners.items() if owner == project_id]
        return queryset.filter(Q(project_id=project_id) | Q(project_id=None, resource_id__in=owned))

    def on_application(self, queryset, name, key):
        pk = self.places.id_of(self.places.applications, key)
        changing = ReleaseImpact.objects.filter(application_id=pk).values("release_id")
        return queryset.filter(
            Q(resource_id=pk) | (Q(release_id__in=changing) & ~Q(resource_kind=Resource.APPLICATION))
        )

    def with_status(self, queryset, name, status):
        if status == "conflicts":
            sides = Q(source_id__in=self.clashing.values("first_id"))
            return queryset.filter(sides | Q(source_id__in=self.clashing.values("second_id")))
        done = Q(state__in=FINISHED)
        return queryset.filter(done if status == "finished" else ~done)
