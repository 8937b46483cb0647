"""Facts for the figures' tests, written as people and imports write them: rows through the verb contract."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

from calendar_app.models import Criterion, Deployment, ExceptionRequest, Gate, GateRound, Release
from environments.models import Booking, CapacityStep, Outage
from releasemgr.activity.trail import mark, record
from releasemgr.portfolio.models import Application, Environment, Ownership, Person, Portfolio, Project
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import next_numbers
from releasemgr.tenancy.scope import org_scope
from reporting.draining import drain
from reporting.models import Cell

APRIL_15 = datetime(2026, 4, 15, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def utc(text):
    """``03-02T10:00`` of 2026, or a whole ISO date and time, as an aware UTC instant."""
    return datetime.fromisoformat(text if text.startswith("20") else f"2026-{text}").replace(tzinfo=UTC)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def save(*rows):
    """Write new rows and record them, as a verb does."""
    for row in rows:
        row.save(force_insert=True)
        record(by=None, verb="created", at=APRIL_15, subject=row)
    return rows[0]


def change(row, **values):
    """Change a row and record it, as a verb does."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    record(by=None, verb="changed", at=APRIL_15, subject=row)
    return row


def remove(row):
    """Delete a row and leave its mark."""
    key = row.pk
    row.delete()
    row.pk = key
    mark([row])


def project(key, node):
    return save(Project(key=key, name=key, portfolio=node))


def node(name, parent=None):
    return save(Portfolio(name=name, parent=parent))


def application(key, owner, since=LONG_AGO):
    app = save(Application(key=key, name=key))
    save(Ownership(application=app, project=owner, starts_at=since))
    return app


def deployment(app, status, finished, *, kind="standard", stage="prd", release=None):
    (number,) = next_numbers("deployment")
    at = utc(finished)
    return save(
        Deployment(
            number=number,
            application=app,
            release=release,
            stage=stage,
            version_label=str(number),
            kind=kind,
            status=status,
            planned_start=at,
            planned_end=at.replace(microsecond=1),
            started_at=at,
            finished_at=at,
        )
    )


def release(owner, baseline=None, live=None, *, cancelled=None, parent=None, kind="project"):
    (number,) = next_numbers("release")
    status = "live" if live else "cancelled" if cancelled else "active"
    return save(
        Release(
            number=number,
            kind=kind,
            name=f"r{number}",
            project=owner,
            parent=parent,
            status=status,
            baseline_date=day(baseline) if baseline else None,
            actual_go_live=utc(live) if live else None,
            cancelled_at=utc(cancelled) if cancelled else None,
        )
    )


def gate(of, planned, *rounds, cancelled=None):
    """A gate with ``rounds`` of (submitted, decided or None, decision or "")."""
    made = save(
        Gate(
            release=of,
            name="gate",
            planned_date=day(planned),
            state="cancelled" if cancelled else "open",
            cancelled_at=utc(cancelled) if cancelled else None,
        )
    )
    for number, (submitted, decided, decision) in enumerate(rounds, start=1):
        save(
            GateRound(
                gate=made,
                number=number,
                submitted_at=utc(submitted),
                decided_at=utc(decided) if decided else None,
                decision=decision,
            )
        )
    return made


def environment(key, *steps, app=None, persistent=True, since=LONG_AGO):
    """An environment with capacity ``steps`` of (from, units)."""
    made = save(
        Environment(
            key=key, name=key, type="sit", application=app, is_persistent=persistent, commissioned_at=since
        )
    )
    for starts_at, units in steps:
        save(CapacityStep(environment=made, starts_at=starts_at, units=units))
    return made


def outage(env, starts, ends, *, planned=True):
    return save(
        Outage(
            environment=env,
            starts_at=utc(starts),
            ends_at=utc(ends) if ends else None,
            is_planned=planned,
            reason="patching",
        )
    )


def booking(
    env,
    wanted,
    granted=None,
    *,
    status="approved",
    refusal="",
    units=1,
    used=None,
    owner=None,
    decided="03-01T12:00",
):
    """A booking that wanted and was ``granted`` (from, to); ``used`` is (from, to or None)."""
    (number,) = next_numbers("booking")
    starts, ends = granted or wanted
    began, ended = used or (None, None)
    return save(
        Booking(
            id=uuid7(),
            number=number,
            environment=env,
            requested_environment=env,
            project=owner,
            purpose="test",
            starts_at=utc(starts),
            ends_at=utc(ends),
            units=units,
            status=status,
            holds=status in {"approved", "active"},
            request_key=uuid4(),
            requested_at=utc("02-20T08:00"),
            requested_starts_at=utc(wanted[0]),
            requested_ends_at=utc(wanted[1]),
            decided_at=utc(decided) if status != "requested" else None,
            refusal=refusal,
            actual_started_at=utc(began) if began else None,
            actual_ended_at=utc(ended) if ended else None,
        )
    )


def exception(of, kind, asked, answered=None, state="requested", *, was_used=None):
    """A request of the release ``of``, asked and answered (granted, refused, expired or withdrawn) at instants."""
    (number,) = next_numbers("exception")
    answered_at = utc(answered) if answered else None
    waived = {"criterion": save(Criterion(gate=gate(of, "06-01"), name="Tested"))} if kind == "waiver" else {}
    return save(
        ExceptionRequest(
            number=number,
            kind=kind,
            release=of,
            subject=f"exception {number}",
            approver=Person.objects.filter(name="Approver").first() or save(Person(name="Approver")),
            state=state,
            requested_at=utc(asked),
            decided_at=answered_at if state != "withdrawn" else None,
            withdrawn_at=answered_at if state == "withdrawn" else None,
            expires_at=utc("2026-12-31T00:00"),
            was_used=was_used,
            **waived,
        )
    )


def cell(metric, scope, start=MARCH, kind="month"):
    """The stored cell of a scope (a row or its id), inside the organisation's scope; None when there is none."""
    found = Cell.objects.filter(
        metric=metric, scope_id=getattr(scope, "pk", scope), start_on=start, period_type=kind
    )
    return found.first()


@contextmanager
def figures(org, *, as_of=APRIL_15):
    """Work off the queue, then look inside the scope."""
    drain(org, as_of=as_of)
    with org_scope(org):
        yield
