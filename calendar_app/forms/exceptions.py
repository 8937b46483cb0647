"""Shape of input for exception requests and the decisions about them."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from calendar_app.exceptions.kinds import EXPLAINED, REFERENCES, REQUIRED, suggested_subject
from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import Blockout, Criterion, ExceptionRequest, Gate, Nomination, Release
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import day_bounds
from releasemgr.tenancy.scope import current_org

Kind = ExceptionRequest.Kind


class ChoosingForm(forms.Form):
    """What kind of exception, for which release; a criterion or nomination named in the URL says the release."""

    kind = forms.ChoiceField(
        label=_("What for"),
        choices=[(kind, format_lazy("{}: {}", kind.label, EXPLAINED[kind])) for kind in Kind],
        widget=forms.RadioSelect,
    )
    release = forms.ModelChoiceField(
        queryset=None, to_field_name="number", required=False, label=_("Release"), empty_label=_("Choose")
    )
    criterion = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    nomination = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    blockout = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["release"].queryset = Release.objects.open().order_by("target_date", "name", "pk")
        self.fields["criterion"].queryset = Criterion.objects.select_related("gate__release")
        self.fields["nomination"].queryset = Nomination.objects.select_related("release", "project")
        self.fields["blockout"].queryset = Blockout.objects.all()

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("release") and "release" not in self.errors:
            cleaned["release"] = self._release_named(cleaned)
            if not cleaned["release"]:
                self.add_error("release", _("Say which release asks."))
        return cleaned

    @property
    def about(self):
        """The criterion, nomination or blockout it is about, when the URL named it."""
        field = REFERENCES.get(self.cleaned_data["kind"])
        return self.cleaned_data.get(field) if field else None

    def _release_named(self, cleaned):
        if cleaned.get("criterion"):
            return cleaned["criterion"].gate.release
        return cleaned["nomination"].release if cleaned.get("nomination") else None


class CriterionChoice(forms.ModelChoiceField):
    """A criterion, said with the gate it stands at."""

    def label_from_instance(self, criterion):
        return f"{criterion.gate}: {criterion}"


class ExceptionForm(forms.Form):
    """A request of ``release`` to differ from a rule of one ``kind``; ``by`` is who asks."""

    version = version_field()
    subject = forms.CharField(label=_("What differs"), max_length=200)
    reason = text_field(5_000, required=True, label=_("Why"))
    risk_if_granted = text_field(5_000, required=True, label=_("Risk if it is granted"))
    risk_if_refused = text_field(5_000, required=True, label=_("Risk if it is refused"))
    approver = forms.ModelChoiceField(queryset=None, label=_("Approver"), empty_label=_("Choose"))
    expires_on = day_field(
        label=_("Wanted until the end of"), help_text=_("It ends by itself after that day.")
    )

    def __init__(self, *args, kind, release, by, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.reference = REFERENCES.get(kind)
        if self.reference:
            self.fields[self.reference] = _REFERENCE_FIELDS[kind](release, at)
            self.fields[self.reference].required = kind in REQUIRED
            self.order_fields(["version", "subject", self.reference])
        people = Person.objects.filter(user_id__isnull=False).exclude(user_id=by.pk)
        self.fields["approver"].queryset = people.order_by("name", "pk")

    def values(self):
        """The fields of an ExceptionRequest."""
        values = {
            name: value for name, value in self.cleaned_data.items() if name not in ("version", "expires_on")
        }
        return values | {"expires_at": end_of(self.cleaned_data["expires_on"])}


class VerdictForm(forms.Form):
    """Grant, until a day, or refuse, and why."""

    version = version_field()
    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("Grant it")), ("refuse", _("Refuse it"))],
        widget=forms.RadioSelect,
    )
    expires_on = day_field(
        required=False, label=_("Granted until the end of"), help_text=_("It ends by itself after that day.")
    )
    note = text_field(5_000, label=_("Reason, to be given when refusing"))


def initial_of(request):
    """What the form shows of a request."""
    names = ("version", "subject", "reason", "risk_if_granted", "risk_if_refused")
    keys = ("approver", "criterion", "nomination", "blockout")
    return {
        **{name: getattr(request, name) for name in names},
        **{name: getattr(request, f"{name}_id") for name in keys},
        "expires_on": request.last_day,
    }


def initial_for(kind, release, about, *, by):
    """What the form for a new request suggests: a name for it, and who decides."""
    owners = [release.parent.owner if release.parent else None, release.owner]
    approver = next((one for one in owners if one and one.user_id and one.user_id != by.pk), None)
    found = {
        "subject": suggested_subject(kind, release, about),
        "approver": approver.pk if approver else None,
    }
    return found | ({REFERENCES[kind]: about.pk} if about else {})


def end_of(day):
    """The instant at which a local day is over; None for no day."""
    return day_bounds(day, day, current_org().zone)[1] if day else None


def _criteria(release, at):
    open_gates = Criterion.objects.filter(gate__release=release).exclude(gate__state=Gate.State.CANCELLED)
    rows = open_gates.select_related("gate").order_by("gate__planned_date", "gate__name", "position", "pk")
    return CriterionChoice(queryset=rows, label=_("Criterion"), empty_label=_("Choose"))


def _blockouts(release, at):
    rows = Blockout.objects.filter(cancelled_at=None, ends_at__gt=at).order_by("starts_at", "pk")
    return forms.ModelChoiceField(queryset=rows, label=_("Blockout"), empty_label=_("Choose"))


def _nominations(release, at):
    rows = Nomination.objects.filter(release=release, state=Nomination.State.SUBMITTED)
    rows = rows.select_related("project", "release").order_by("project__name", "pk")
    return forms.ModelChoiceField(queryset=rows, label=_("Nomination"), empty_label=_("None"))


_REFERENCE_FIELDS = {
    Kind.WAIVER: _criteria,
    Kind.BLOCKOUT: _blockouts,
    Kind.LATE_ENTRY: _nominations,
}
