"""What else a departure touches: practices say it by finders, shown before anybody decides."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from calendar_app.gates.rollup import PASSED
from calendar_app.models import Gate

_finders = []


@dataclass(frozen=True)
class Touched:
    """One thing that a departure touches: what it is, in words how, and where it is shown ("" for nowhere)."""

    what: str
    how: str
    url: str = ""


def register_departure_finder(finder):
    """Have ``finder(child, parent)`` yield Touched before ``child`` leaves ``parent``; called in ``AppConfig.ready``."""
    _finders.append(finder)


def touched_by(child, parent):
    """Everything that the finders name."""
    return [one for finder in (*_finders, _decisions, _rollups) for one in finder(child, parent)]


def _decisions(child, parent):
    """Gates of the enterprise release that are passed or asked about: they covered a manifest with the child."""
    decided = Gate.objects.filter(release=parent, state__in=[*PASSED, Gate.State.SUBMITTED])
    for gate in decided.order_by("planned_date", "pk"):
        yield Touched(str(gate), _("was asked or decided with this release aboard"), gate.get_absolute_url())


def _rollups(child, parent):
    """Gates of the enterprise release that lose a gate below them."""
    losing = Gate.objects.filter(release=parent, children__release=child).distinct()
    for gate in losing.order_by("planned_date", "pk"):
        yield Touched(
            str(gate), _("loses the gates of this release that counted toward it"), gate.get_absolute_url()
        )
