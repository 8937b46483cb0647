"""Shape of input for the weekly check-in: one row a release, all rows in one form."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field
from calendar_app.forms.log import IMPACT, PROBABILITY, scale_field
from calendar_app.log.checkins import Said, Word
from calendar_app.models import CheckIn, LogItem, Phase, Release
from releasemgr.changes.choices import words


class CheckInForm(forms.Form):
    """What is said of one release. ``seen-…`` fields hold what the page showed, so that a lost race is noticed."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    health = forms.ChoiceField(label=_("Status"), choices=CheckIn.Health.choices)
    target_date = day_field(
        label=_("Planned go-live"),
        error_messages={"required": _("Give the day. A release keeps having one.")},
    )
    sentence = forms.CharField(
        label=_("In one sentence"),
        error_messages={"required": _("Say in one sentence how it stands.")},
        max_length=CheckIn._meta.get_field("sentence").max_length,
    )
    risk = forms.CharField(label=_("New risk"), required=False, max_length=200)
    probability = scale_field(PROBABILITY, label=_("Probability"))
    impact = scale_field(IMPACT, label=_("Impact"))

    conflict = None

    def __init__(self, data=None, *, release, phases=(), said=None, before=None):
        self.release, self.said, self.before = release, said, before
        self.phases = [
            phase for phase in phases if data is None or f"r{release.number}-from{phase.position}" in data
        ]
        super().__init__(
            data, prefix=f"r{release.number}", initial=self._stored(), use_required_attribute=False
        )
        self.fields["target_date"].required = release.target_date is not None
        for phase in self.phases:
            self.fields[f"from{phase.position}"] = day_field(label=_("From"))
            self.fields[f"to{phase.position}"] = day_field(label=_("To"))
        for name in self._spoken():
            kind = forms.CharField if name in ("health", "sentence") else forms.DateField
            self.fields[f"seen-{name}"] = kind(required=False, widget=forms.HiddenInput)
            self.initial[f"seen-{name}"] = self.initial[name]
        if data is not None:
            self.data = self._with_theirs(data)

    @property
    def is_open(self):
        """Whether further fields than status, date and sentence need attention."""
        return any(name in self.errors for name in ("risk", "probability", "impact")) or bool(
            self.data.get(self.add_prefix("risk"))
        )

    @property
    def phase_rows(self):
        """``(phase, field of its first day, field of its last day)`` of each."""
        return [(phase, self[f"from{phase.position}"], self[f"to{phase.position}"]) for phase in self.phases]

    def clean(self):
        cleaned = super().clean()
        for position in self._lost_phases():
            self.add_error(
                None,
                _("Phase %(position)s is no longer in progress; its days were not saved.")
                % {"position": position},
            )
        return cleaned

    def has_changed(self):
        """Whether something is said here that was not on the page when it was opened."""
        return self.is_bound and (
            bool(self._typed("risk"))
            or any(self._typed(name) != self._typed(f"seen-{name}") for name in self._spoken())
        )

    def saying(self):
        """What was typed, for the verb."""
        given = self.cleaned_data
        risk = LogItem(
            release=self.release,
            kind=LogItem.Kind.RISK,
            title=given["risk"],
            owner_id=self.release.owner_id,
            probability=given["probability"],
            impact=given["impact"],
        )
        return Said(
            self.release,
            given["version"],
            given["health"],
            given["sentence"],
            self._word("target_date"),
            {
                phase: (self._word(f"from{phase.position}"), self._word(f"to{phase.position}"))
                for phase in self.phases
            },
            risk if given["risk"] else None,
        )

    def meet(self, collisions):
        """Take in a lost race: both values of each field in dispute, and what is stored now as what was seen."""
        offered = [collision for collision in collisions if _is_said(collision)]
        self.conflict = {
            "by": collisions[0].actor_name,
            "at": collisions[0].at,
            "fields": [self._dispute(collision) for collision in offered],
        }
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.said.version if self.said else 0
        for name in self._spoken():
            self.data[self.add_prefix(f"seen-{name}")] = _text(self.initial[name])

    def refuse(self, refusal):
        """Put a refusal of the verb at the fields it names."""
        named = getattr(
            refusal, "error_dict", {None: refusal.error_list if hasattr(refusal, "error_list") else [refusal]}
        )
        for name, errors in named.items():
            self.add_error(name if name in self.fields else None, errors)

    def _word(self, name):
        return Word(self.cleaned_data[f"seen-{name}"], self.cleaned_data[name])

    def _lost_phases(self):
        """Positions of phases whose days were changed on the page and that are over by now."""
        start = self.add_prefix("seen-from")
        sent = [key.removeprefix(start) for key in self.data if key.startswith(start)]
        known = {str(phase.position) for phase in self.phases}
        return [
            position
            for position in sent
            if position not in known
            and any(
                self._typed(f"{end}{position}") != self._typed(f"seen-{end}{position}")
                for end in ("from", "to")
            )
        ]

    def _typed(self, name):
        return (self.data.get(self.add_prefix(name)) or "").strip()

    def _spoken(self):
        """The fields that say what is stored, each with what was seen of it beside it."""
        dates = [f"{end}{phase.position}" for phase in self.phases for end in ("from", "to")]
        return ["health", "sentence", "target_date", *dates]

    def _stored(self):
        last = self.said or self.before
        stored = {
            "version": self.said.version if self.said else 0,
            "health": last.health if last else CheckIn.Health.ON_TRACK,
            "sentence": self.said.sentence if self.said else "",
            "target_date": self.release.target_date,
            "probability": 3,
            "impact": 3,
        }
        for phase in self.phases:
            stored |= {f"from{phase.position}": phase.starts_on, f"to{phase.position}": phase.ends_on}
        return stored

    def _dispute(self, collision):
        subject = collision.subject
        ends = {"starts_on": "from", "ends_on": "to"}
        name = f"{ends[collision.field]}{subject.position}" if collision.field in ends else collision.field
        label = capfirst(str(collision.label))
        return {
            "name": self.add_prefix(name),
            "label": f"{subject}, {label}" if collision.field in ends else label,
            "mine": words(subject, collision.field, collision.yours),
            "theirs": words(subject, collision.field, collision.theirs),
        }

    def _with_theirs(self, data):
        """The submitted data, with the stored value wherever the author took the other one's."""
        taken = [name for name in self.fields if data.get(f"keep-{self.add_prefix(name)}") == "theirs"]
        data = data.copy() if taken else data
        for name in taken:
            data[self.add_prefix(name)] = _text(self.initial.get(name))
        return data


def _text(value):
    """A stored value as the browser would have sent it."""
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _is_said(collision):
    """Whether the field in dispute is one of the page; a gate that moved meanwhile is not."""
    fields = {CheckIn: ("health", "sentence"), Release: ("target_date",), Phase: ("starts_on", "ends_on")}
    return collision.field in fields.get(type(collision.subject), ())


def release_of(collision):
    """The id of the release that a lost race is about."""
    subject = collision.subject
    return subject.pk if isinstance(subject, Release) else subject.release_id


class WhoseForm(forms.Form):
    """Whose releases a release manager checks in."""

    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Mine"), label=_("Owner"))
    release = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Any"), label=_("Enterprise release")
    )

    def __init__(self, *args, people, enterprises, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people
        self.fields["release"].queryset = enterprises
