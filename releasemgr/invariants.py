"""What must be true of every organisation at any time; each practice answers for its own part.

A check takes an Organisation, opens its scope itself and returns sentences about what is broken, none when all is
well. It changes nothing that anybody could see.
"""

from django.db import connection
from django.utils import timezone

from calendar_app.claims import verify_claims
from calendar_app.conflicts import verify_conflicts
from calendar_app.vocabulary import misfits
from environments.invariants import verify_bookings
from releasemgr.tenancy.constraints import OrgForeignKey
from releasemgr.tenancy.scope import org_scope
from releasemgr.tenancy.tables import tenant_models
from reporting.draining import settle
from reporting.recompute import differences


def claims_equal_their_sources(org):
    """Claims are what a rebuild would make them."""
    with org_scope(org):
        return verify_claims()


def conflicts_equal_a_recompute(org):
    """Conflicts are what the rules find in the claims."""
    with org_scope(org):
        return verify_conflicts()


def own_words_say_what_is_so(org):
    """The organisation's own status and risk words of a release mean the status and risk it has."""
    with org_scope(org):
        return misfits()


def nothing_is_booked_twice(org):
    """No environment carries more than it has, unless a conflict says so; exclusive use is exclusive."""
    with org_scope(org):
        return verify_bookings()


def keys_stay_inside(org):
    """Every foreign key of the organisation's rows leads to a row of the same organisation."""
    with org_scope(org), connection.cursor() as cursor:
        return [sentence for model, field in _foreign_keys() for sentence in _strays(cursor, model, field)]


def figures_equal_a_recompute(org):
    """After the queue is worked off, every figure equals one computed from the facts."""
    as_of = timezone.now()
    settle(org, as_of=as_of)
    return [str(difference) for difference in differences(org, as_of=as_of)]


CHECKS = (
    claims_equal_their_sources,
    conflicts_equal_a_recompute,
    own_words_say_what_is_so,
    nothing_is_booked_twice,
    keys_stay_inside,
    figures_equal_a_recompute,
)


def broken(org):
    """``(check's name, sentence)`` of everything that is wrong in an organisation."""
    return [(check.__name__.replace("_", " "), sentence) for check in CHECKS for sentence in check(org)]


def _foreign_keys():
    for model in tenant_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, OrgForeignKey):
                yield model, model._meta.get_field(constraint.field)


def _strays(cursor, model, field):
    table, column, target = model._meta.db_table, field.column, field.remote_field.model._meta.db_table
    cursor.execute(
        f'SELECT s.id FROM "{table}" s LEFT JOIN "{target}" t ON t.org_id = s.org_id AND t.id = s."{column}" '  # noqa: S608
        f'WHERE s."{column}" IS NOT NULL AND t.id IS NULL LIMIT 20'
    )
    return [f"{table} {pk}: {column} leads out of the organisation" for (pk,) in cursor.fetchall()]
