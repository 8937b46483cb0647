"""The verbs of trains: start, change, stop, and keep the next releases planned."""

import re
from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, TemplateVersion, Train
from calendar_app.models.releases import NotPossible
from calendar_app.releases.plans import plan
from calendar_app.templates.build import build
from calendar_app.trains.cadence import slots
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, lock, revise
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

NAME_PARTS = ("year", "month", "quarter", "week", "n")
_PART = re.compile(r"\{([^{}]*)\}")


def start_trains(trains, *, by, at):
    """Write new trains and plan their first releases. Returns the Outcome of the trains."""
    for train in trains:
        check_train(train.name_pattern)
    with transaction.atomic(), one_act():
        outcome = create(trains, by=by, at=at, verb="started")
        extend(trains, by=by, at=at)
    return outcome


def edit_train(train, values, *, by, at):
    """Change a train as its author saw it. Releases it planned already stay; the next ones follow the new rule."""
    check_train(values.get("name_pattern", train.name_pattern))
    with transaction.atomic(), one_act():
        outcome = revise([Revision(train, train.version, values)], by=by, at=at, verb="edited")
        extend(outcome.rows, by=by, at=at)
    return outcome


def stop_trains(trains, *, by, at):
    """Plan no further releases; those planned already stay."""
    _require(trains, is_stopped=False)
    revisions = [Revision(train, train.version, {"stopped_at": at}) for train in trains]
    return revise(revisions, by=by, at=at, verb="stopped")


def resume_trains(trains, *, by, at):
    """Let stopped trains run again from the next slot on."""
    _require(trains, is_stopped=True)
    with transaction.atomic(), one_act():
        revisions = [Revision(train, train.version, {"stopped_at": None}) for train in trains]
        outcome = revise(revisions, by=by, at=at, verb="resumed")
        extend(outcome.rows, by=by, at=at)
    return outcome


def extend(trains, *, by, at, least=None):
    """Plan the releases that running trains lack, so that ``ahead`` (or ``least``) lie in the future. Returns them.

    Two at once plan each slot once: the train's row is locked.
    """
    today, planned = local_date(at, current_org().zone), []
    with transaction.atomic(), one_act():
        for train in lock(Train, [train.pk for train in trains]).values():
            if train.stopped_at is None:
                planned += _extend(train, today, by=by, at=at, wanted=least or train.ahead)
    return planned


def check_train(name_pattern):
    """Refuse a pattern of names with unknown parts, or one that gives every release the same name."""
    parts = _PART.findall(name_pattern)
    if (
        "{" in _PART.sub("", name_pattern)
        or "}" in _PART.sub("", name_pattern)
        or set(parts) - set(NAME_PARTS)
    ):
        known = ", ".join(f"{{{part}}}" for part in NAME_PARTS)
        raise ValidationError({"name_pattern": _("Use only %(known)s.") % {"known": known}})
    if not parts:
        raise ValidationError({"name_pattern": _("Add a part that differs, such as {year}.{n}.")})


def name_of(pattern, day, n):
    """What the release of a slot is called; ``n`` is its place in the year."""
    values = {
        "year": day.year,
        "month": f"{day.month:02}",
        "quarter": (day.month - 1) // 3 + 1,
        "week": f"{day.isocalendar().week:02}",
        "n": n,
    }
    return _PART.sub(lambda part: str(values[part[1]]), pattern)[:160]


def _extend(train, today, *, by, at, wanted):
    taken = sorted(Release.objects.filter(train=train).values_list("train_slot", flat=True))
    missing = wanted - sum(day > today for day in taken)
    if missing <= 0:
        return []
    after = max([today, *taken[-1:]])
    days = slots(train.rrule, train.first_on, after=after, count=missing)
    releases = [_release(train, day, _place_in_year(train, day)) for day in days]
    if not releases:
        return []
    planned = plan(releases, by=by, at=at).rows
    _build(train, planned, by=by, at=at)
    return planned


def _build(train, releases, *, by, at):
    """Give releases what the train's template says; one it cannot be dated for stays without."""
    published = TemplateVersion.objects.filter(template=train.template_id, published_at__isnull=False)
    newest = published.select_related("template").order_by("-number").first()
    if newest is None or newest.template.retired_at:
        return
    for release in releases:
        with suppress(ValidationError), transaction.atomic():
            build(release, newest, by=by, at=at)


def _place_in_year(train, day):
    """The number of a slot within its year, counted by the rule from the train's first day or the new year."""
    new_year = max(day.replace(month=1, day=1), train.first_on) - timedelta(days=1)
    in_year = slots(train.rrule, train.first_on, after=new_year, count=(day - new_year).days)
    return in_year.index(day) + 1


def _release(train, day, n):
    return Release(
        kind=Release.Kind.ENTERPRISE,
        name=name_of(train.name_pattern, day, n),
        train=train,
        train_slot=day,
        portfolio_id=train.portfolio_id,
        owner_id=train.owner_id,
        target_date=day,
        entry_deadline=day - timedelta(days=train.entry_days),
    )


def _require(trains, *, is_stopped):
    for train in trains:
        if (train.stopped_at is not None) != is_stopped:
            words = _("%(train)s runs already.") if is_stopped else _("%(train)s is stopped already.")
            raise NotPossible(words % {"train": train})
