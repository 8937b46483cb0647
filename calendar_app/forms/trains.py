"""Shape of input for trains and nominations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import Nomination, Release, Template, Train
from calendar_app.trains.cadence import Cadence, Unit
from calendar_app.trains.nominations import later_releases
from calendar_app.trains.previous import Parts
from releasemgr.portfolio.models import Application, Environment, Person, Portfolio, Project


class TrainForm(forms.Form):
    """A train: its cadence, what its releases are called, and how far ahead they are planned."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    first_on = day_field(label=_("First go-live"))
    interval = forms.IntegerField(label=_("Every"), min_value=1, max_value=52, initial=3)
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.MONTHS_BY_WEEKDAY)
    name_pattern = forms.CharField(
        label=_("Names of its releases"),
        max_length=120,
        initial="{year}.{n}",
        help_text=_("{year}, {month}, {quarter}, {week} and {n}, the place in the year, are filled in."),
    )
    ahead = forms.IntegerField(label=_("Releases planned ahead"), min_value=1, max_value=24, initial=4)
    entry_days = forms.IntegerField(
        label=_("Entry closes, days before go-live"), min_value=0, max_value=365, initial=28
    )
    portfolio = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Portfolio")
    )
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    template = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Template")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["portfolio"].queryset = Portfolio.objects.order_by("name", "pk")
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
        templates = Template.objects.filter(retired_at=None, kind=Release.Kind.ENTERPRISE)
        self.fields["template"].queryset = templates.order_by("name", "pk")

    def clean_name(self):
        name, version = self.cleaned_data["name"], self.data.get("version")
        same = Train.objects.filter(name=name)
        if same.exists() and not (version and name == self.initial.get("name")):
            raise forms.ValidationError(_("Another train has this name."))
        return name

    def values(self):
        """The fields of a Train."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "interval", "unit")
        }
        cadence = Cadence(self.cleaned_data["interval"], self.cleaned_data["unit"])
        return {**given, "rrule": cadence.rule(given["first_on"])}


def initial_of(train):
    """What the form shows of a train."""
    names = ("version", "name", "first_on", "name_pattern", "ahead", "entry_days")
    keys = ("portfolio", "owner", "template")
    cadence = Cadence.of(train.rrule)
    return {
        **{name: getattr(train, name) for name in names},
        **{name: getattr(train, f"{name}_id") for name in keys},
        "interval": cadence.interval,
        "unit": cadence.unit,
    }


class NominationForm(forms.Form):
    """What a project asks for: size, systems, people, test weeks and weeks of environments."""

    version = version_field()
    project = forms.ModelChoiceField(queryset=None, label=_("Project"), empty_label=_("Choose a project"))
    contact = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Contact"))
    size = forms.ChoiceField(label=_("Size"), choices=Nomination.Size.choices, initial=Nomination.Size.MEDIUM)
    people = forms.IntegerField(label=_("People"), min_value=0, max_value=10_000, initial=0)
    test_weeks = forms.IntegerField(label=_("Test weeks"), min_value=0, max_value=520, initial=0)
    applications = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Touches the systems"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    reason = text_field(5_000, label=_("What it brings"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        projects = Project.objects.filter(status=Project.Status.ACTIVE)
        self.fields["project"].queryset = projects.order_by("name", "pk")
        self.fields["contact"].queryset = Person.objects.order_by("name", "pk")
        self.fields["applications"].queryset = Application.objects.order_by("name", "pk")
        for type_ in Environment.Type:
            if type_ != Environment.Type.PRD:
                self.fields[f"weeks_{type_.value}"] = forms.IntegerField(
                    label=_("Weeks of %(type)s") % {"type": type_.label},
                    required=False,
                    min_value=0,
                    max_value=520,
                )
        if self.initial.get("version"):
            del self.fields["project"]

    def values(self):
        """The fields of a Nomination."""
        names = ("project", "contact", "size", "people", "test_weeks", "reason")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def weeks(self):
        """Weeks wanted by type of environment."""
        return {
            type_.value: self.cleaned_data[f"weeks_{type_.value}"]
            for type_ in Environment.Type
            if self.cleaned_data.get(f"weeks_{type_.value}")
        }


def initial_of_nomination(nomination):
    """What the form shows of a nomination."""
    names = ("version", "size", "people", "test_weeks", "reason")
    return {
        **{name: getattr(nomination, name) for name in names},
        "contact": nomination.contact_id,
        "applications": [system.application_id for system in nomination.systems.all()],
        **{f"weeks_{wish.type}": wish.weeks for wish in nomination.environments.all()},
    }


class AcceptanceForm(forms.Form):
    """Letting a project in, as a new release or with one it has planned already."""

    version = version_field()
    child = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=_("A new project release"),
        label=_("Joins with"),
    )
    note = text_field(5_000, label=_("Note"))

    def __init__(self, *args, nomination, **kwargs):
        super().__init__(*args, **kwargs)
        free = Release.objects.open().filter(project=nomination.project_id, parent=None)
        self.fields["child"].queryset = free.filter(kind=Release.Kind.PROJECT).order_by("number")


class DeferralForm(forms.Form):
    """Moving a nomination on to a later release."""

    version = version_field()
    release = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Choose a release"), label=_("Deferred to")
    )
    note = text_field(5_000, label=_("Reason"))

    def __init__(self, *args, nomination, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["release"]
        field.queryset = later_releases(nomination.release)
        if nomination.release.train_id:
            field.empty_label = _("The next release of the train")
        else:
            field.required = True


class DeclinationForm(forms.Form):
    """Refusing a nomination, with the reason."""

    version = version_field()
    note = text_field(5_000, required=True, label=_("Reason"))


class PreviousForm(forms.Form):
    """A new enterprise release like an earlier one."""

    previous = forms.ModelChoiceField(queryset=None, label=_("Previous release"))
    name = forms.CharField(label=_("Name"), max_length=160)
    target_date = day_field(label=_("Planned go-live"))
    manifest = forms.BooleanField(label=_("Take over the manifest"), required=False, initial=True)
    people = forms.BooleanField(label=_("Take over the people (RACI)"), required=False, initial=True)
    plans = forms.BooleanField(
        label=_("Take over phases, gates, criteria and rules"), required=False, initial=True
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dated = Release.objects.filter(kind=Release.Kind.ENTERPRISE, target_date__isnull=False)
        self.fields["previous"].queryset = dated.order_by("-target_date", "number")

    def parts(self):
        """What is taken over, as `Parts`."""
        return Parts(*(self.cleaned_data[name] for name in ("manifest", "people", "plans")))
