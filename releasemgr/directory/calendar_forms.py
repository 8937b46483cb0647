"""Shape of input for working calendars."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from releasemgr.changes.forms import RevisionForm
from releasemgr.portfolio.calendars import Weekday
from releasemgr.portfolio.models import WorkingCalendar
from releasemgr.portfolio.workdays import countries, subdivisions
from releasemgr.tenancy.forms import OrgForm

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


class CalendarForm(RevisionForm):
    """A calendar: its weekend, and the country whose holidays are days off."""

    country = forms.ChoiceField(required=False, label=_("Holidays of"))
    subdivision = forms.CharField(
        required=False,
        max_length=30,
        label=_("Part of the country"),
        help_text=_("Its code, for holidays of its own: BY for Bavaria, NY for New York. Empty for none."),
    )
    weekend = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        choices=Weekday.choices,
        label=_("Weekend"),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta(OrgForm.Meta):
        model = WorkingCalendar
        fields = ["name", "country", "subdivision", "weekend", "is_default"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("No holidays")), *countries().items()]

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"is_default"}  # the old standard makes way

    def clean_weekend(self):
        days = sorted(self.cleaned_data["weekend"])
        if len(days) == 7:
            raise forms.ValidationError(_("At least one day of the week is worked."))
        return days

    def clean(self):
        cleaned = super().clean()
        country, part = cleaned.get("country", ""), cleaned.get("subdivision", "")
        if part and (not country or part not in subdivisions(country)):
            known = ", ".join(subdivisions(country)) if country else ""
            message = _("Not known. Known are: %(codes)s.") if known else _("Choose a country without parts.")
            self.add_error("subdivision", forms.ValidationError(message, params={"codes": known}))
        return cleaned


class ExceptionForm(forms.Form):
    """A day that differs."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    is_working = forms.TypedChoiceField(
        label=_("It is"),
        coerce=lambda text: text == "on",
        choices=[("off", _("a day off")), ("on", _("a working day"))],
        initial="off",
    )
    name = forms.CharField(label=_("Why"), max_length=120)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Give a date between 1990 and 2100."))
        return day
