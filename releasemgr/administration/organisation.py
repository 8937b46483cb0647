"""The organisation's own settings: name, time zone, currency."""

from releasemgr.changes.forms import save
from releasemgr.tenancy.scope import current_org


def save_organisation(form, *, by, at):
    """Write the settings of a valid OrganisationForm; raises Moved. Returns the Organisation.

    What is derived from the zone (claims of local days) is derived anew in the same transaction and reads the zone
    from the scope, so the scope's organisation has to know the new one first. Figures follow by the fact mark.
    """
    organisation = current_org()
    before = {name: getattr(organisation, name) for name in form.values}
    _take(organisation, form.values)
    try:
        return save(form, by=by, at=at)
    except Exception:
        _take(organisation, before)
        raise


def _take(organisation, values):
    for name, value in values.items():
        setattr(organisation, name, value)
