"""What each kind of exception is about: what it must name, when it makes sense, and what granting it sets off."""

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendar_app.models import ExceptionRequest
from calendar_app.models.releases import NotPossible
from calendar_app.scope.lock import lock_of

Kind = ExceptionRequest.Kind

# The field that says what a kind is about; a baselined date and a locked scope are the release's own.
REFERENCES = {Kind.WAIVER: "criterion", Kind.BLOCKOUT: "blockout", Kind.LATE_ENTRY: "nomination"}
REQUIRED = {Kind.WAIVER, Kind.BLOCKOUT}
EXPLAINED = {
    Kind.LATE_ENTRY: gettext_lazy("The entry is closed, and a project still wants to come along."),
    Kind.LATE_SCOPE: gettext_lazy("The scope is locked, and something must still go in."),
    Kind.BLOCKOUT: gettext_lazy("Nothing may go live in a blockout, and this release must."),
    Kind.BASELINE_MOVE: gettext_lazy("The go-live was promised, and has to be later."),
    Kind.WAIVER: gettext_lazy(
        "A criterion of a gate cannot be met in time, and the gate should pass without it."
    ),
}


def check_kind(request, *, at):
    """Refuse a request that does not name what it is about, names it wrongly, or has nothing to differ from."""
    field = REFERENCES.get(request.kind)
    if request.kind in REQUIRED and getattr(request, f"{field}_id") is None:
        raise ValidationError({field: _("Say which one.")})
    for other in {*REFERENCES.values()} - {field}:
        if getattr(request, f"{other}_id") is not None:
            raise ValidationError(_("This kind of exception is not about that."))
    _CHECKS[request.kind](request, at)


def effect_of(request):
    """In words, what granting the request sets off."""
    return _EFFECTS[request.kind] % {
        "release": request.release,
        "day": _day(request.last_day) if request.last_day else _("the day you choose"),
        "criterion": request.criterion,
        "gate": request.criterion.gate if request.criterion else "",
        "blockout": request.blockout,
    }


def suggested_subject(kind, release, about):
    """What a new request is called unless its author knows better."""
    if kind == Kind.LATE_ENTRY and about:
        return _("Late entry of %(project)s") % {"project": about.project}
    if kind == Kind.BASELINE_MOVE:
        return _("Go-live later than %(day)s") % {
            "day": _day(release.baseline_date) if release.baseline_date else "–"
        }
    return str(about)[:200] if about else ""


def _check_waiver(request, at):
    if request.criterion.gate.release_id != request.release_id:
        raise ValidationError({"criterion": _("That criterion belongs to another release.")})


def _check_blockout(request, at):
    if request.blockout.cancelled_at or request.blockout.ends_at <= at:
        raise NotPossible({"blockout": _("That blockout is over or was lifted.")})


def _check_late_entry(request, at):
    if request.nomination_id and request.nomination.release_id != request.release_id:
        raise ValidationError({"nomination": _("That nomination is for another release.")})


def _check_late_scope(request, at):
    if lock_of(request.release) is None:
        raise NotPossible({"release": _("Its scope is not locked; nothing needs to be asked.")})


def _check_baseline(request, at):
    if request.release.baseline_date is None:
        raise NotPossible({"release": _("It has no baseline; it can be moved without asking.")})


_CHECKS = {
    Kind.WAIVER: _check_waiver,
    Kind.BLOCKOUT: _check_blockout,
    Kind.LATE_ENTRY: _check_late_entry,
    Kind.LATE_SCOPE: _check_late_scope,
    Kind.BASELINE_MOVE: _check_baseline,
}


_EFFECTS = {
    Kind.WAIVER: gettext_lazy(
        "Until the end of %(day)s the gate “%(gate)s” may pass although “%(criterion)s” is not met. After that the "
        "criterion counts again."
    ),
    Kind.BLOCKOUT: gettext_lazy(
        "What “%(release)s” plans in the blockout “%(blockout)s” until the end of %(day)s is no conflict any more. "
        "What it plans there later still is."
    ),
    Kind.LATE_ENTRY: gettext_lazy(
        "Until the end of %(day)s a project may join “%(release)s” although its entry is closed."
    ),
    Kind.LATE_SCOPE: gettext_lazy(
        "Until the end of %(day)s work may be added to “%(release)s” although its scope is locked. What is added "
        "stays marked, and is compared with what was tested."
    ),
    Kind.BASELINE_MOVE: gettext_lazy(
        "Until the end of %(day)s “%(release)s” may be moved later than its baseline. The baseline itself stays, and "
        "the slip counts in the figures."
    ),
}


def _day(day):
    return date_format(day, "j M Y")
