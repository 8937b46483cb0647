"""Forms of what environments offer: the environment, its capacity over time, its outages."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from environments.forms.fields import ZonedInput, as_stored, zone_words
from releasemgr.portfolio.models import Application, Environment, Person

UNITS_AT_MOST = 1000
RESERVED_KEYS = frozenset({"bookings", "new", "outages", "schedule"})
valid_key = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]*$", _("Use small letters, digits, dots, hyphens and underscores.")
)


class Versioned(forms.Form):
    """A form whose author saw a ``version`` of what it changes; a new row has none."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    despite = forms.BooleanField(
        label=_("Bookings may lose their room"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args, row=None, **kwargs):
        self.row = row
        names = [name for name in self.base_fields if row is not None and hasattr(row, name)]
        stored = {name: getattr(row, name) for name in names}
        super().__init__(*args, initial={**stored, **(kwargs.pop("initial", None) or {})}, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, ZonedInput):
                field.help_text = zone_words()

    def ask_despite(self):
        """Show the box that confirms that bookings lose their room."""
        self.fields["despite"].widget = forms.CheckboxInput()

    def values(self):
        """What the valid form says, by field of the row."""
        said = {
            name: value for name, value in self.cleaned_data.items() if name not in {"version", "despite"}
        }
        for name, field in self.fields.items():
            if isinstance(field.widget, ZonedInput) and self.row is not None and name in said:
                said[name] = as_stored(said[name], getattr(self.row, name))
        return said


class EnvironmentForm(Versioned):
    """An environment and its set-up effort; a new one also says its first capacity."""

    name = forms.CharField(label=_("Name"), max_length=120)
    key = forms.CharField(
        label=_("Key"),
        max_length=60,
        validators=[valid_key],
        help_text=_("Short name, used in links and files."),
    )
    type = forms.ChoiceField(label=_("Type"), choices=Environment.Type.choices)
    application = forms.ModelChoiceField(
        queryset=None, label=_("Application"), required=False, empty_label=_("None")
    )
    owner = forms.ModelChoiceField(queryset=None, label=_("Owner"), required=False, empty_label=_("None"))
    is_persistent = forms.BooleanField(label=_("Persistent"), required=False, initial=True)
    commissioned_at = forms.DateTimeField(label=_("In service since"), widget=ZonedInput)
    decommissioned_at = forms.DateTimeField(
        label=_("Out of service since"), widget=ZonedInput, required=False
    )
    setup_effort_hours = forms.DecimalField(
        label=_("Set-up effort (hours)"), min_value=0, max_digits=8, decimal_places=1, initial=0
    )
    units = forms.IntegerField(label=_("Units"), min_value=0, max_value=UNITS_AT_MOST, initial=1)
    hourly_cost = forms.DecimalField(
        label=_("Cost per hour"), min_value=0, max_digits=10, decimal_places=2, initial=0
    )

    FIRST_CAPACITY = ("units", "hourly_cost")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = Application.objects.order_by("name", "pk")
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
        if self.row is not None:
            for name in self.FIRST_CAPACITY:
                del self.fields[name]

    def clean_key(self):
        key = self.cleaned_data["key"]
        others = Environment.objects.filter(key=key)
        if self.row is not None:
            others = others.exclude(pk=self.row.pk)
        if key in RESERVED_KEYS or others.exists():
            raise forms.ValidationError(_("This is taken already in your organisation."), code="taken")
        return key

    def clean(self):
        said = super().clean()
        begun, ended = said.get("commissioned_at"), said.get("decommissioned_at")
        if begun and ended and ended <= begun:
            self.add_error("decommissioned_at", _("The end must lie after the start."))
        return said


class CapacityForm(Versioned):
    """Units and cost from an instant on."""

    starts_at = forms.DateTimeField(label=_("From"), widget=ZonedInput)
    units = forms.IntegerField(label=_("Units"), min_value=0, max_value=UNITS_AT_MOST)
    hourly_cost = forms.DecimalField(label=_("Cost per hour"), min_value=0, max_digits=10, decimal_places=2)

    def __init__(self, *args, environment, **kwargs):
        super().__init__(*args, **kwargs)
        self.environment = environment

    def clean_starts_at(self):
        starts_at = as_stored(self.cleaned_data["starts_at"], self.row.starts_at if self.row else None)
        others = self.environment.capacity_steps.filter(starts_at=starts_at)
        if self.row is not None:
            others = others.exclude(pk=self.row.pk)
        if others.exists():
            raise forms.ValidationError(_("The capacity changes at this time already."), code="taken")
        return starts_at


class OutageForm(Versioned):
    """A time in which an environment cannot be used; without an end it is still going on."""

    starts_at = forms.DateTimeField(label=_("From"), widget=ZonedInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=ZonedInput, required=False)
    is_planned = forms.BooleanField(label=_("Planned"), required=False, initial=True)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean(self):
        said = super().clean()
        starts_at, ends_at = said.get("starts_at"), said.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must lie after the start."))
        return said
