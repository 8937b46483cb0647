"""Planting talk and evidence: comments on releases and gates, and small files that gates were passed on."""

from django.core.files.base import ContentFile

from calendar_app.models import Gate, Release
from releasemgr.activity.attachments import attach
from releasemgr.activity.models import Comment

_OF_RELEASES = (
    "Vendor confirmed the new interface for the second week of testing.",
    "Data migration rehearsal took 4 h 10 min, two hours less than last time.",
    "Regression pack is complete; three cases wait for test data.",
    "Support asks for the known-error list a week before go-live.",
    "Agreed with operations: no changes to the scheduler during the window.",
    "Performance test on the full volume is booked for next week.",
)
_OF_GATES = (
    "Evidence is attached, please look at the two cases marked with a workaround.",
    "Security review is done, no finding above medium.",
    "Waiting for the signature of the business owner.",
)
_COMMENTED, _EVIDENCED = 0.35, 12


def plant_discussion(scene):
    """Comment on releases in progress and on decided gates, and attach evidence to the latest of these."""
    releases = list(Release.objects.open().exclude(started_at=None).order_by("number"))
    gates = list(Gate.objects.filter(state=Gate.State.PASSED).order_by("-planned_date", "pk")[:60])
    said = [_comment(scene, row, _OF_RELEASES) for row in releases if scene.chance(_COMMENTED)]
    said += [_comment(scene, row, _OF_GATES) for row in gates if scene.chance(_COMMENTED)]
    scene.plant(said)
    for gate in gates[:_EVIDENCED]:
        attach(gate, _report(scene, gate), by=None, at=scene.now)
    scene.planted["activity.attachment"] += len(gates[:_EVIDENCED])


def _comment(scene, subject, sentences):
    written_at = scene.working_hour(scene.in_days(-scene.random.randint(1, 30)))
    return Comment(
        noun=subject._meta.model_name,
        subject_id=subject.pk,
        text=scene.random.choice(sentences),
        author_name=scene.someone().name,
        written_at=written_at,
    )


def _report(scene, gate):
    """A table of test results, as a test tool exports it."""
    lines = ["suite;cases;passed;open"]
    for suite in ("Smoke", "Regression", "Interfaces", "Batch"):
        cases = scene.random.randint(20, 240)
        failed = scene.random.randint(0, 2)
        lines.append(f"{suite};{cases};{cases - failed};{failed}")
    name = f"{gate.name} {gate.planned_date:%Y-%m-%d}.csv".replace("/", "-")
    return ContentFile("\r\n".join(lines).encode(), name=name)
