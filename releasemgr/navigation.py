"""The left navigation: one section a practice, each entry shown to those who may open it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.roles import Permission


@dataclass(frozen=True)
class Entry:
    """One link; ``permission`` is the codename the membership needs, None for every member.

    ``count_url_name`` is where the browser asks for the number beside it, after the page has come.
    """

    label: str
    url_name: str
    icon: str
    permission: str | None = None
    count_url_name: str = ""


@dataclass(frozen=True)
class Section:
    label: str
    entries: tuple[Entry, ...]


SECTIONS = (
    Section(
        _("Coordination"),
        (
            Entry(_("Calendar"), "calendar:calendar", "timeline"),
            Entry(
                _("Decisions"), "calendar:decision-list", "gavel", count_url_name="calendar:decision-count"
            ),
            Entry(_("Releases"), "calendar:release-list", "rocket"),
            Entry(_("Trains"), "calendar:train-list", "route"),
            Entry(_("Conflicts"), "calendar:conflict-list", "alert-triangle"),
            Entry(_("Check-in"), "calendar:check-in", "message"),
            Entry(_("Risks and issues"), "calendar:log-list", "list-details"),
            Entry(_("Blockouts"), "calendar:blockout-list", "calendar-off"),
            Entry(_("Dependencies"), "calendar:dependency-list", "git-merge"),
            Entry(_("Exceptions"), "calendar:exception-list", "shield-check"),
        ),
    ),
    Section(
        _("Environments"),
        (
            Entry(_("Schedule"), "environments:schedule", "calendar-time"),
            Entry(_("Bookings"), "environments:booking-list", "clipboard-list"),
            Entry(_("Environments"), "environments:environment-list", "server-2"),
        ),
    ),
    Section(
        _("Reporting"),
        (
            Entry(_("Dashboard"), "reporting:dashboard", "dashboard"),
            Entry(_("Key figures"), "reporting:kpi-list", "gauge"),
        ),
    ),
    Section(
        _("Improvement"),
        (
            Entry(_("Control charts"), "improvement:chart-list", "chart-dots"),
            Entry(_("Actions"), "improvement:action-list", "bulb"),
        ),
    ),
    Section(
        _("Organisation"),
        (
            Entry(_("Organisation tree"), "portfolio:tree", "sitemap"),
            Entry(_("Projects"), "portfolio:project-list", "folders"),
            Entry(_("Applications"), "portfolio:application-list", "apps"),
            Entry(_("Teams"), "portfolio:team-list", "users"),
            Entry(_("People"), "portfolio:person-list", "id"),
            Entry(_("Templates"), "calendar:template-list", "list-details"),
            Entry(_("Working calendars"), "portfolio:calendar-list", "calendar-time"),
            Entry(_("Types and statuses"), "calendar:words", "tag", Permission.SHAPE_PROCESS),
            Entry(_("Absences"), "calendar:absence-list", "beach"),
            Entry(_("Approval groups"), "calendar:group-list", "shield-check"),
            Entry(_("Activity log"), "activity:log", "history", Permission.READ_AUDIT),
            Entry(_("Members"), "settings:member-list", "user-circle", Permission.ADMINISTER),
            Entry(_("Settings"), "settings:organisation", "settings", Permission.ADMINISTER),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    is_current: bool
    count_url: str = ""


def sections_for(membership, path):
    """``[(section label, [Link, …]), …]`` that ``membership`` may see; the link that covers ``path`` is current."""
    reachable = [
        (section.label, [(entry, url) for entry in section.entries if (url := _url_for(entry, membership))])
        for section in SECTIONS
    ]
    current = _covering(path, [url for _label, entries in reachable for _entry, url in entries])
    return [
        (label, [_link(entry, url, is_current=url == current) for entry, url in entries])
        for label, entries in reachable
        if entries
    ]


def _link(entry, url, *, is_current):
    count_url = reverse(entry.count_url_name) if entry.count_url_name else ""
    return Link(entry.label, url, entry.icon, is_current, count_url)


def _url_for(entry, membership):
    if entry.permission and not membership.may(entry.permission):
        return None
    return reverse(entry.url_name)


def _covering(path, urls):
    """The longest of ``urls`` that ``path`` lies under; the home page covers only itself."""
    home = min(urls, key=len, default="")
    covering = [url for url in urls if path == url or (url != home and path.startswith(url))]
    return max(covering, key=len, default=None)
