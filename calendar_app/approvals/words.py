"""What codes with parameters say to people: what changed, what a notice tells, what a signature sets off."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

_CHANGES = {
    "scope-added": gettext_lazy("Scope of %(release)s: %(keys)s added"),
    "scope-removed": gettext_lazy("Scope of %(release)s: %(keys)s removed"),
    "release-joined": gettext_lazy("%(release)s joined the manifest"),
    "release-left": gettext_lazy("%(release)s left the manifest"),
    "target-moved": gettext_lazy("The go-live moved from %(before)s to %(after)s"),
    "gate-moved": gettext_lazy("The gate moved from %(before)s to %(after)s"),
    "phase-moved": gettext_lazy("Phase “%(name)s”: %(before)s became %(after)s"),
    "criterion-added": gettext_lazy("Criterion “%(name)s” was added"),
    "criterion-removed": gettext_lazy("Criterion “%(name)s” was removed"),
    "criterion-changed": gettext_lazy("Criterion “%(name)s” was changed"),
    "version-changed": gettext_lazy("%(application)s: planned version %(before)s became %(after)s"),
    "waiver-ended": gettext_lazy("The waiver %(waiver)s of “%(name)s” ended"),
    "gates-below": gettext_lazy(
        "Of the gates below, %(passed)s of %(needed)s needed are passed; missing: %(names)s"
    ),
}
_NOTICES = {
    "vote-wanted": gettext_lazy("Your decision is wanted: %(gate)s of %(release)s"),
    "vote-renewal": gettext_lazy("Decide again on %(gate)s of %(release)s: %(changes)s"),
    "decision-stale": gettext_lazy("The decision on %(gate)s of %(release)s no longer holds: %(changes)s"),
}
MOST = 8  # keys or changes named in one sentence


def change_words(change):
    """A change of what a gate covers, as one phrase; a code of another practice's is said as it is."""
    sentence = _CHANGES.get(change["code"])
    if sentence is None:
        return change["code"]
    return sentence % {name: _said(value) for name, value in change.items()}


def notice_words(notice):
    """What a notice tells; None for one whose code is not of the approvals."""
    sentence = _NOTICES.get(notice.code)
    if sentence is None:
        return None
    changes = notice.parameters.get("changes", [])
    named = "; ".join(change_words(change) for change in changes[:MOST]) or _("it was taken back by hand")
    return sentence % (notice.parameters | {"changes": named})


def why_not_passed(standing):
    """Why nothing happened although all have signed, or what a pass waits for: ``[phrase, …]``."""
    obstacles = standing.obstacles
    return [
        *(
            _("Criterion “%(name)s” is not met (%(owner)s)")
            % {"name": one.name, "owner": one.owner or _("nobody owns it")}
            for one in obstacles.criteria
        ),
        *(
            _("%(release)s has not passed “%(gate)s”") % {"release": one.release, "gate": one}
            for one in obstacles.gates
        ),
        *(
            _("“%(need)s” of %(provider)s is not there") % {"need": one, "provider": one.provider}
            for one in obstacles.dependencies
        ),
    ]


def sets_off(standing, *, next_phase=None, manifest=0):
    """What passing the gate does, in words: ``[phrase, …]``."""
    gate, found = standing.gate, []
    if gate.locks_scope:
        found.append(_("Passing it locks the scope of %(release)s.") % {"release": gate.release})
    if gate.phase:
        found.append(_("The phase “%(phase)s” may end.") % {"phase": gate.phase})
    if next_phase:
        found.append(_("The phase “%(phase)s” may begin.") % {"phase": next_phase})
    if gate.parent:
        found.append(
            _("It counts toward “%(gate)s” of %(release)s.")
            % {"gate": gate.parent, "release": gate.parent.release}
        )
    if manifest:
        found.append(
            ngettext(
                "It lets %(n)d release of the manifest go on.",
                "It lets %(n)d releases of the manifest go on.",
                manifest,
            )
            % {"n": manifest}
        )
    return found or [_("It sets off nothing else: the gate is passed and the record is kept.")]


def signature_words(after, standing):
    """What a person's approval would be, given the Judgement ``after`` it: the last one, or how many more."""
    if not after.is_met:
        return ngettext(
            "After yours, %(n)d more approval is needed.",
            "After yours, %(n)d more approvals are needed.",
            after.missing,
        ) % {"n": after.missing}
    if standing.obstacles:
        return _(
            "Yours is the last signature; the gate passes by itself when nothing stands in the way any more."
        )
    return _("Yours is the last signature: the gate passes at once.")


def _said(value):
    if value is None:
        return "–"
    if isinstance(value, list):
        return " – ".join(map(_said, value)) if _is_days(value) else _named(value)
    return _day(value) if _is_day(value) else str(value)


def _named(values):
    more = len(values) - MOST
    words = ", ".join(map(str, values[:MOST]))
    return words if more <= 0 else _("%(some)s and %(more)d more") % {"some": words, "more": more}


def _is_days(values):
    return len(values) in (0, 2) and all(_is_day(value) for value in values)


def _is_day(value):
    return isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-"


def _day(text):
    return date_format(date.fromisoformat(text), "j M Y")
