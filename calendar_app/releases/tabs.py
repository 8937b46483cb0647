"""The tabs of a release: each is a page of its own that shares head, countdown and navigation."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release
from calendar_app.releases.queries import standings


@dataclass(frozen=True)
class Tab:
    """A tab: its label, the route of its page (which takes the release's number), the kinds of release it is for."""

    label: str
    url_name: str
    kinds: frozenset = frozenset(Release.Kind)


@dataclass(frozen=True)
class Link:
    """What `components/tabs.html` draws."""

    label: str
    url: str
    is_current: bool


TABS = [
    Tab(_("Overview"), "calendar:release-detail"),
    Tab(_("Manifest & versions"), "calendar:release-manifest"),
    Tab(_("Scope"), "calendar:release-scope"),
    Tab(_("Systems"), "calendar:release-impact"),
    Tab(_("Gates"), "calendar:release-gates"),
    Tab(_("Nominations"), "calendar:release-nominations", frozenset({Release.Kind.ENTERPRISE})),
    Tab(_("Dependencies"), "calendar:release-dependencies"),
    Tab(_("Log"), "calendar:release-log"),
]


def tabs_of(release, current):
    """The tabs of a release; ``current`` is the route name of the page that is shown."""
    return [
        Link(tab.label, reverse(tab.url_name, args=[release.number]), tab.url_name == current)
        for tab in TABS
        if release.kind in tab.kinds
    ]


def head_of(release, current, *, today, standing=None):
    """What ``calendar/releases/tabbed.html`` needs around a tab of a release, as a template context.

    ``standing`` is its Standing where the page has it already; otherwise three statements read it.
    """
    standing = standing or standings([release], today=today)[0]
    crumbs = [(_("Releases"), reverse("calendar:release-list"))]
    if current != "calendar:release-detail":
        crumbs.append((release.reference, release.get_absolute_url()))
    return {"release": release, "standing": standing, "tabs": tabs_of(release, current), "crumbs": crumbs}
