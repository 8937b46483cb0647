"""What follows when the organisation's time zone changes: local days lie elsewhere, and so does all that claims them."""

from calendar_app.claims import rebuild_claims
from calendar_app.conflicts import recompute_conflicts


def settle_zone(_organisations):
    """Claim everything anew and find every conflict anew; the scope knows the new zone already."""
    rebuild_claims()
    recompute_conflicts()
