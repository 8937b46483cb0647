"""Where the two sides of conflicts are shown: the path of each source, from its claims."""

from calendar_app.conflicts.rules import rulebook, sentence
from calendar_app.models import Claim


def shown(conflicts, *, today, mount):
    """For each conflict what a line of the list says, in one statement for all of them."""
    conflicts = list(conflicts)
    ids = {pk for row in conflicts for pk in (row.first_id, row.second_id)}
    claims = Claim.objects.filter(source_id__in=ids).exclude(path="").order_by("-is_primary")
    paths = {pk: f"{mount}{path}" for pk, path in claims.values_list("source_id", "path")}
    return [_line(row, paths, today) for row in conflicts]


def _line(row, paths, today):
    rule = rulebook.get(row.rule)
    return {
        "conflict": row,
        "sentence": sentence(row),
        "rule": rule.label if rule else row.rule,
        "first_url": paths.get(row.first_id, ""),
        "second_url": paths.get(row.second_id, ""),
        "is_accepted": is_accepted(row, today),
        "age": max((today - row.found_at.date()).days, 0),
    }


def is_accepted(row, today):
    """Whether somebody accepted it and that still holds."""
    is_over = row.accepted_until is not None and row.accepted_until < today
    return row.state == row.State.ACCEPTED and not is_over
