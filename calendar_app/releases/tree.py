"""Enterprise releases hold others, to any depth: the way up from a release, and all that is below it."""

from calendar_app.models import Release


def above(release):
    """The enterprise releases a release is part of, the nearest first."""
    found = []
    while release.parent_id and len(found) < 50:
        release = release.parent
        found.append(release)
    return found


def below(release):
    """Ids of the releases below one, cancelled ones left out; a statement per level that holds enterprise releases."""
    found, level = [], [release.pk] if release.kind == Release.Kind.ENTERPRISE else []
    while level:
        rows = Release.objects.filter(parent__in=level).exclude(status=Release.Status.CANCELLED)
        rows = list(rows.order_by("target_date", "number").values_list("pk", "kind"))
        found += [pk for pk, _kind in rows]
        level = [pk for pk, kind in rows if kind == Release.Kind.ENTERPRISE]
    return found


def in_manifest(release):
    """Ids of what a release is made of: all below an enterprise release, else the release itself."""
    return below(release) if release.kind == Release.Kind.ENTERPRISE else [release.pk]
