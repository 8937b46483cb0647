"""Alternatives as text in a form's buttons and hidden fields, so that "Use this" works without JavaScript."""

from datetime import datetime
from uuid import UUID

from environments.alternatives import PARTS_AT_MOST, Part
from releasemgr.portfolio.models import Environment


def offer_text(alternative):
    """An alternative as text: units, s or x (exclusive), then its parts, with semicolons between."""
    use = "x" if alternative.is_exclusive else "s"
    return ";".join([f"{alternative.units}{use}", parts_text(alternative.parts)])


def read_offer(text):
    """``(units, is_exclusive, parts)`` of an offer's text; None for anything that is not one."""
    head, _, rest = text.partition(";")
    parts = read_parts(rest)
    if not parts or head[-1:] not in {"s", "x"} or not head[:-1].isdigit():
        return None
    return int(head[:-1]), head[-1] == "x", parts


def parts_text(parts):
    """Parts as text: environment, start and end with commas, semicolons between parts."""
    return ";".join(
        f"{part.environment.pk},{part.starts_at.isoformat()},{part.ends_at.isoformat()}" for part in parts
    )


def read_parts(text):
    """The Parts in a text, all of environments of this organisation; empty for anything that is not parts."""
    try:
        rows = [_row(part) for part in text.split(";")] if text else []
    except ValueError:
        return ()
    if len(rows) > PARTS_AT_MOST or any(start >= end for _pk, start, end in rows):
        return ()
    environments = Environment.objects.in_bulk({pk for pk, _start, _end in rows}) if rows else {}
    if any(pk not in environments for pk, _start, _end in rows):
        return ()
    return tuple(Part(environments[pk], start, end) for pk, start, end in rows)


def _row(text):
    environment, start, end = text.split(",")
    starts_at, ends_at = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise ValueError("A part needs aware times.")
    return UUID(environment), starts_at, ends_at
