"""Shape of input for templates: what they are, and the rows of each section of their plan."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.gates.facts import rulebook
from calendar_app.models import Criterion, Gate, Phase, Release, Stakeholder, TemplateVersion
from calendar_app.templates.checks import MOST_DAYS, MOST_ENTRIES
from calendar_app.templates.plan import LEAD, OWNER, SECTIONS
from releasemgr.portfolio.models import Application, Person, Portfolio, Project, WorkingCalendar


class TemplateForm(forms.Form):
    """What a template is called, what it is for, and whose working days it counts."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("For"), choices=Release.Kind.choices)
    calendar = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Working calendar"), empty_label=_("The standard one")
    )
    description = text_field(5_000, label=_("Description"))

    def __init__(self, *args, is_new=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["calendar"].queryset = WorkingCalendar.objects.order_by("name", "pk")
        if not is_new:
            del self.fields["kind"]

    def values(self):
        """The fields of a Template."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CopyForm(forms.Form):
    """What the copy is called."""

    name = forms.CharField(label=_("Name of the copy"), max_length=120)


class PublicationForm(forms.Form):
    """What changed since the version before."""

    version = version_field()
    note = forms.CharField(required=False, max_length=200, label=_("What changed"))


class EntryForm(forms.Form):
    """One row of a section; ``key`` keeps its identity from version to version."""

    key = forms.SlugField(required=False, max_length=60, widget=forms.HiddenInput)
    wide = ("name",)

    def __init__(self, *args, plan, people=(), **kwargs):
        self.plan, self.people = plan, people
        super().__init__(*args, **kwargs)
        for name in ("phase", "gate"):
            if name in self.fields:
                field = self.fields[name]
                choices = [(one.key, one.name) for one in getattr(plan, f"{name}s")]
                blank = [("", _("Before the go-live") if not field.required else _("Choose"))]
                field.choices = blank + choices

    def values(self):
        """The values of the entry without its key."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in ("key", "DELETE", "ORDER")
        }


def _days(label, *, least=0, initial=0):
    return forms.IntegerField(label=label, min_value=least, max_value=MOST_DAYS, initial=initial)


def _part():
    return forms.ChoiceField(
        required=False, label=_("Owner"), choices=[("", _("Nobody")), *Stakeholder.Part.choices]
    )


class PhaseRow(EntryForm):
    name = forms.CharField(label=_("Phase"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Phase.Kind.choices)
    days = _days(_("Working days"), least=1, initial=5)
    overlap = _days(_("Overlap with the next"), least=-MOST_DAYS)


class GateRow(EntryForm):
    name = forms.CharField(label=_("Gate"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Gate.Kind.choices)
    phase = forms.ChoiceField(required=False, label=_("End of phase"))
    days_before = _days(_("Days before"))
    is_required = forms.BooleanField(required=False, initial=True, label=_("Required"))
    locks_scope = forms.BooleanField(required=False, label=_("Locks scope"))
    rollup = forms.ChoiceField(label=_("Roll-up"), choices=Gate.Rollup.choices)
    rollup_needed = forms.IntegerField(required=False, min_value=1, max_value=500, label=_("At least"))


class CriterionRow(EntryForm):
    gate = forms.ChoiceField(label=_("Gate"))
    name = forms.CharField(label=_("Criterion"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Criterion.Kind.choices, initial=Criterion.Kind.EXIT)
    is_mandatory = forms.BooleanField(required=False, initial=True, label=_("Mandatory"))
    rule = forms.ChoiceField(required=False, label=_("Judged by"))
    parameters = forms.CharField(required=False, max_length=200, label=_("With"))
    owner_part = _part()
    days_before = _days(_("Days before the gate"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rules = [(rule.code, rule.label) for rule in rulebook.values()]
        self.fields["rule"].choices = [("", _("Its owner")), *rules]
        stored = self.initial.get("parameters")
        if isinstance(stored, dict):
            self.initial["parameters"] = " ".join(f"{name}={value}" for name, value in stored.items())

    def clean(self):
        cleaned = super().clean()
        rule = rulebook.get(cleaned.get("rule"))
        given = dict(part.partition("=")[::2] for part in cleaned.get("parameters", "").split())
        fields = {name: make() for name, make in rule.fields.items()} if rule else {}
        if set(given) - set(fields):
            known = ", ".join(f"{name}={field.initial}" for name, field in fields.items()) or "–"
            self.add_error("parameters", ValidationError(_("Known here: %(known)s"), params={"known": known}))
        try:
            cleaned["parameters"] = {
                name: field.clean(given.get(name, field.initial)) for name, field in fields.items()
            }
        except ValidationError as refused:
            self.add_error("parameters", refused)
        return cleaned


class ActivityRow(EntryForm):
    phase = forms.ChoiceField(label=_("Phase"))
    name = forms.CharField(label=_("Activity"), max_length=200)
    owner_part = _part()
    days_before = _days(_("Days before the end"))


class ApprovalRow(EntryForm):
    gate = forms.ChoiceField(label=_("Gate"))
    name = forms.CharField(label=_("Rule"), max_length=120)
    group = forms.CharField(label=_("Group"), max_length=120)
    needed = forms.IntegerField(label=_("Needed"), min_value=1, max_value=50, initial=1)
    step = forms.IntegerField(label=_("Step"), min_value=1, max_value=50, initial=1)
    allows_own = forms.BooleanField(required=False, label=_("Requester may approve"))


class PartRow(EntryForm):
    who = forms.ChoiceField(label=_("Who"))
    part = forms.ChoiceField(label=_("Part"), choices=Stakeholder.Part.choices)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = [(str(person.pk), person.name) for person in self.people]
        self.fields["who"].choices = [
            (OWNER, _("Owner of the release")),
            (LEAD, _("Lead of the project")),
            *named,
        ]


ROWS = {
    "phases": PhaseRow,
    "gates": GateRow,
    "criteria": CriterionRow,
    "activities": ActivityRow,
    "approvals": ApprovalRow,
    "parts": PartRow,
}


def rows_of(section, plan, data=None):
    """The formset of a section: its entries, then three empty rows."""
    formset = formset_factory(
        ROWS[section],
        extra=3,
        can_delete=True,
        can_delete_extra=False,
        can_order=True,
        max_num=MOST_ENTRIES[section],
        absolute_max=MOST_ENTRIES[section] + 10,
        validate_max=True,
    )
    initial = [
        {name: getattr(entry, name) for name in SECTIONS[section].__dataclass_fields__}
        for entry in getattr(plan, section)
    ]
    people = list(Person.objects.order_by("name", "pk")) if section == "parts" else ()
    return formset(data, initial=initial, prefix=section, form_kwargs={"plan": plan, "people": people})


def entries_of(section, formset):
    """``(entries, forms)`` of a valid formset in the order chosen; new rows get a key of their own."""
    kept = [form for form in formset.ordered_forms if form.has_changed() or form.initial]
    taken = {form.cleaned_data["key"] for form in kept} - {""}
    entries = []
    for form in kept:
        values = form.values()
        key = form.cleaned_data["key"] or _free(values.get("name") or values["who"], taken)
        taken.add(key)
        entries.append(SECTIONS[section](key=key, **values))
    return entries, kept


def _free(name, taken):
    base = slugify(name)[:50] or "entry"
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, 1000))) if one not in taken)


class BuildForm(forms.Form):
    """A release planned from a template: what it is, and when it goes live."""

    template_version = forms.ModelChoiceField(queryset=None, label=_("Template"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=160)
    target_date = day_field(label=_("Planned go-live"))
    project = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Project"))
    portfolio = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Portfolio")
    )
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    applications = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Changes the applications"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        newest = TemplateVersion.objects.filter(template__retired_at=None).select_related("template")
        newest = newest.exclude(published_at=None).order_by("template_id", "-number").distinct("template_id")
        self.fields["template_version"].queryset = (
            TemplateVersion.objects.filter(pk__in=[one.pk for one in newest])
            .select_related("template__calendar")
            .order_by("template__name")
        )
        for name, model in (
            ("project", Project),
            ("portfolio", Portfolio),
            ("owner", Person),
            ("applications", Application),
        ):
            self.fields[name].queryset = model.objects.order_by("name", "pk")

    def clean(self):
        cleaned = super().clean()
        version = cleaned.get("template_version")
        if version and version.template.kind == Release.Kind.PROJECT and not cleaned.get("project"):
            self.add_error("project", _("A project release belongs to a project."))
        return cleaned

    def release(self):
        """The unsaved Release."""
        names = ("name", "target_date", "project", "portfolio", "owner")
        values = {name: self.cleaned_data[name] for name in names}
        return Release(kind=self.cleaned_data["template_version"].template.kind, **values)


class AttachForm(forms.Form):
    """Under which enterprise release, and whose dates count."""

    version = version_field()
    parent = forms.ModelChoiceField(queryset=None, label=_("Enterprise release"), empty_label=_("Choose"))
    inherits = forms.TypedChoiceField(
        label=_("Phases and gates"),
        widget=forms.RadioSelect,
        coerce=lambda text: text == "inherit",
        choices=[
            ("inherit", _("Take over its phases, gates and go-live, and move with it")),
            ("keep", _("Keep its own")),
        ],
        initial="inherit",
    )

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        parents = Release.objects.open().filter(kind=Release.Kind.ENTERPRISE).exclude(pk=release.pk)
        self.fields["parent"].queryset = parents.order_by("target_date", "name", "pk")
