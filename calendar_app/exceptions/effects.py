"""What a granted exception sets off in the rules of the calendar: blockouts and baselined dates."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from calendar_app.conflicts import refresh_sources
from calendar_app.exceptions.refusals import exception_needed, has_exception
from calendar_app.models import ExceptionRequest

Kind = ExceptionRequest.Kind


def settle_exceptions(requests):
    """Find the conflicts of blockouts anew for which an exception was granted or ended."""
    blockouts = {row.blockout_id for row in requests if row.kind == Kind.BLOCKOUT}
    if blockouts:
        refresh_sources("in-blockout", blockouts)


def check_baselined(release, target_date, *, at):
    """Refuse to move a baselined release further behind its promise without an exception in force."""
    promised, planned = release.baseline_date, release.target_date
    if promised is None or target_date is None or target_date <= max(promised, planned or promised):
        return
    if has_exception(Kind.BASELINE_MOVE, release, at=at):
        return
    message = _("It was promised for %(day)s; going live later needs an exception.")
    raise exception_needed(
        "target_date",
        message % {"day": date_format(promised, "j M Y")},
        kind=Kind.BASELINE_MOVE,
        release=release,
    )
