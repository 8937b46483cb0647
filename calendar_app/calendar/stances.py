"""How an event stands: the status, state and words that its bar, table row and agenda line show."""

from django.utils.translation import gettext_lazy as _

from calendar_app.calendar.window import Kind

# (kind, state of the claim) -> (status, state, words) of a bar. The first two are names of the timeline.
_STANCES = {
    (Kind.RELEASE, "planned"): ("", "", _("planned")),
    (Kind.RELEASE, "active"): ("", "", _("in progress")),
    (Kind.RELEASE, "on_hold"): ("at-risk", "", _("on hold")),
    (Kind.RELEASE, "live"): ("done", "", _("live")),
    (Kind.GO_LIVE, "planned"): ("", "", _("planned")),
    (Kind.GO_LIVE, "active"): ("", "", _("planned")),
    (Kind.GO_LIVE, "on_hold"): ("at-risk", "", _("on hold")),
    (Kind.GO_LIVE, "live"): ("done", "", ""),
    (Kind.PHASE, "planned"): ("", "", _("planned")),
    (Kind.PHASE, "active"): ("", "", _("in progress")),
    (Kind.PHASE, "on_hold"): ("at-risk", "", _("on hold")),
    (Kind.PHASE, "done"): ("done", "", ""),
    (Kind.GATE, "open"): ("", "open", ""),
    (Kind.GATE, "submitted"): ("", "open", _("submitted")),
    (Kind.GATE, "on_hold"): ("", "open", _("on hold")),
    (Kind.GATE, "passed"): ("", "passed", ""),
    (Kind.GATE, "conditional"): ("", "conditional", ""),
    (Kind.GATE, "rejected"): ("", "rejected", ""),
    (Kind.DEPLOYMENT, "planned"): ("", "", _("planned")),
    (Kind.DEPLOYMENT, "running"): ("", "", _("running")),
    (Kind.DEPLOYMENT, "succeeded"): ("", "", _("succeeded")),
    (Kind.DEPLOYMENT, "failed"): ("failed", "", ""),
    (Kind.DEPLOYMENT, "rolled_back"): ("failed", "", _("rolled back")),
    (Kind.BOOKING, "requested"): ("", "requested", ""),
    (Kind.BOOKING, "approved"): ("", "approved", ""),
    (Kind.BOOKING, "active"): ("", "active", ""),
    (Kind.BOOKING, "completed"): ("done", "", ""),
    (Kind.OUTAGE, "planned"): ("", "", _("planned")),
    (Kind.OUTAGE, "unplanned"): ("", "", _("unplanned")),
}
# What should be over once its time is over.
_UNFINISHED = {
    *((kind, state) for kind in (Kind.RELEASE, Kind.GO_LIVE) for state in ("planned", "active")),
    *((Kind.PHASE, state) for state in ("planned", "active")),
    *((Kind.GATE, state) for state in ("open", "submitted")),
    (Kind.DEPLOYMENT, "planned"),
}
FINISHED = ("live", "done", "passed", "conditional", "succeeded", "failed", "rolled_back", "completed")


class Stances:
    """The stances of one page, at the instant ``now``, in the reader's language."""

    def __init__(self, now):
        self.now = now
        named = {(str(kind), state): stance for (kind, state), stance in _STANCES.items()}
        self._usual = {key: (status, state, str(words)) for key, (status, state, words) in named.items()}
        self._late = {
            (str(kind), state): ("late", *self._usual[str(kind), state][1:]) for kind, state in _UNFINISHED
        }

    def of(self, event):
        """``(status, state, words)`` of an event; blank for a state that says nothing."""
        key = event.kind, event.state
        if key in self._late and event.ends_at <= self.now:
            return self._late[key]
        return self._usual.get(key, ("", "", ""))
