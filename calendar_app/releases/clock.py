"""The clock of a release: the weeks to its go-live, R-8 … R-0. On hold it stands still.

The days a release stood are offered back when it goes on: its dates may move by as many, or stay.
"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.models import Release
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

DAYS = 7
_STOPPED = (Release.Status.LIVE, Release.Status.CANCELLED)


def held_on(release):
    """The local day on which a release was put on hold; None while it is not."""
    return local_date(release.held_since, current_org().zone) if release.held_since else None


def clock_day(release, today):
    """The local day its clock shows: ``today``, or the day since which it is on hold."""
    return held_on(release) or today


def countdown(release, *, today):
    """ "R-8" eight weeks before the planned go-live, "R-0" in its last seven days, "R+1" in the first week after it.

    On hold it stays where it was; "" when there is nothing to count.
    """
    days = release.days_to_go(clock_day(release, today))
    if days is None or release.status in _STOPPED:
        return ""
    return f"R-{days // DAYS}" if days >= 0 else f"R+{(-days + DAYS - 1) // DAYS}"


def days_in_words(release, *, today):
    """ "58 days to go", "3 days over", or that the clock stands and since when."""
    if release.held_since:
        return _("the clock stands at %(days)s") % {"days": _days(release, held_on(release))}
    return _days(release, today)


def made_up_day(release):
    """The go-live that would make up for the days a release stood on hold; None when nothing is owed."""
    if not release.held_days or release.status not in (Release.Status.PLANNED, Release.Status.ACTIVE):
        return None
    return release.target_date + timedelta(days=release.held_days) if release.target_date else None


def still_owed(release, shift):
    """Days on hold that its dates have not made up for once the go-live moves by ``shift`` days."""
    return max(0, release.held_days - max(0, shift))


def _days(release, day):
    days = release.days_to_go(day)
    if days == 0:
        return _("go-live today")
    if days > 0:
        return ngettext("%(n)s day to go", "%(n)s days to go", days) % {"n": days}
    return ngettext("%(n)s day over", "%(n)s days over", -days) % {"n": -days}
