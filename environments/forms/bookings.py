"""Forms of bookings: what is asked for, what is moved, why something is refused."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Phase, Release
from environments.alternatives import Alternative, Kind, as_wishes
from environments.forms.fields import EnvironmentField, ZonedInput, as_stored, local_text, zone_words
from environments.models import Booking
from environments.offers import parts_text, read_parts
from environments.requests import Wish
from releasemgr.portfolio.models import Environment, Project

UNITS_AT_MOST = 1000


class BookingFields(forms.Form):
    """What a booking says: where, when, how much, what for. Times are of the reader's zone."""

    environment = EnvironmentField(
        queryset=None, label=_("Environment"), empty_label=_("Choose an environment")
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=ZonedInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=ZonedInput)
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=UNITS_AT_MOST, initial=1)
    is_exclusive = forms.BooleanField(label=_("Exclusive use (takes all units)"), required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=200)
    project = forms.ModelChoiceField(queryset=None, label=_("Project"), required=False, empty_label=_("None"))
    release = forms.ModelChoiceField(queryset=None, label=_("Release"), required=False, empty_label=_("None"))
    phase = forms.ModelChoiceField(queryset=None, label=_("Phase"), required=False, empty_label=_("None"))
    note = forms.CharField(
        label=_("Note"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        in_service = Environment.objects.exclude(decommissioned_at__lte=at)
        self.fields["environment"].queryset = in_service.order_by("type", "name", "pk")
        self.fields["project"].queryset = Project.objects.filter(status=Project.Status.ACTIVE).order_by(
            "name"
        )
        self.fields["release"].queryset = Release.objects.open().order_by("target_date", "name", "pk")
        self.fields["phase"].queryset = Phase.objects.filter(release=self._release_id()).order_by(
            "starts_on", "pk"
        )
        self.fields["starts_at"].help_text = self.fields["ends_at"].help_text = zone_words()

    def clean(self):
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must lie after the start."))
        return cleaned

    def _release_id(self):
        """The release chosen so far, whose phases are offered; None without one."""
        chosen = self["release"].value()
        try:
            return self.fields["release"].to_python(getattr(chosen, "pk", chosen))
        except ValidationError:
            return None


class BookingForm(BookingFields):
    """A request. ``request_key`` makes a second submit harmless; the wanted fields remember what was asked for first."""

    approve = forms.BooleanField(label=_("Approve at once"), required=False)
    may_wait = forms.BooleanField(
        label=_("Ask anyway and wait for room"), required=False, widget=forms.HiddenInput
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    wanted_environment = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    wanted_from = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    wanted_until = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    more_parts = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args, may_decide=False, **kwargs):
        kwargs["initial"] = {"request_key": uuid4(), "approve": may_decide, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["wanted_environment"].queryset = self.fields["environment"].queryset
        if not may_decide:
            del self.fields["approve"]

    @property
    def parts(self):
        """The further parts of a split booking."""
        return read_parts(self["more_parts"].value() or "")

    def ask_anyway(self):
        """Show the box that lets a request without room wait for it."""
        self.fields["may_wait"].widget = forms.CheckboxInput()

    def wishes(self):
        """The valid form as wishes: one, or as many as the booking has parts."""
        said = self.cleaned_data
        names = ("environment", "starts_at", "ends_at", "purpose", "units", "is_exclusive", "project")
        wish = Wish(
            **{name: said[name] for name in (*names, "release", "phase", "note")},
            wanted_environment=said["wanted_environment"],
            wanted_from=said["wanted_from"],
            wanted_until=said["wanted_until"],
        )
        if not self.parts:
            return [wish]
        split = Alternative(Kind.SPLIT, self.parts, wish.units, wish.is_exclusive)
        return [wish, *as_wishes(split, wish)]


def with_offer(data, offer):
    """Posted data (a QueryDict) with an offer of `read_offer` put into its fields."""
    units, is_exclusive, parts = offer
    filled = data.copy()
    for wanted, field in (
        ("wanted_environment", "environment"),
        ("wanted_from", "starts_at"),
        ("wanted_until", "ends_at"),
    ):
        filled[wanted] = data.get(wanted) or data.get(field, "")
    first = parts[0]
    filled["environment"] = str(first.environment.pk)
    filled["starts_at"], filled["ends_at"] = local_text(first.starts_at), local_text(first.ends_at)
    filled["units"], filled["is_exclusive"] = str(units), "on" if is_exclusive else ""
    filled["more_parts"] = parts_text(parts[1:])
    return filled


class MoveForm(BookingFields):
    """A booking elsewhere, at another time or of another size; ``version`` is what its author saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    CHANGEABLE = tuple(BookingFields.base_fields)

    def __init__(self, *args, booking, **kwargs):
        self.booking = booking
        stored = {name: getattr(booking, name) for name in self.CHANGEABLE}
        kwargs["initial"] = {**stored, "version": booking.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name, model in (("project", Project), ("release", Release), ("environment", Environment)):
            kept = model.objects.filter(pk=getattr(booking, f"{name}_id"))
            self.fields[name].queryset = self.fields[name].queryset | kept

    def values(self):
        """The new values of the valid form, by field of Booking."""
        said = {name: self.cleaned_data[name] for name in self.CHANGEABLE}
        for name in ("starts_at", "ends_at"):
            said[name] = as_stored(said[name], getattr(self.booking, name))
        return said


class RejectionForm(forms.Form):
    """Why a request is refused."""

    refusal = forms.ChoiceField(label=_("Reason"), choices=Booking.Refusal.choices)
    note = forms.CharField(
        label=_("Note"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
