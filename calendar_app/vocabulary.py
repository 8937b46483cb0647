"""The organisation's own words for types, statuses and risk levels: added, renamed, put in order, retired.

What a word means (its lifecycle value, its type, its level) is fixed when it is added. So the word of a release
always fits what the product knows of it, whoever renames what meanwhile.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, ReleaseStatus, ReleaseType, RiskLevel
from releasemgr.changes.revisions import Revision, create, lock, revise

LISTS = {
    "types": ReleaseType,
    "statuses": ReleaseStatus,
    "risks": RiskLevel,
}  # the part of the URL -> its words


def add_word(word, *, by, at):
    """Add a word at the end of its list; refused when the list has it already."""
    word.position = _siblings(word).count() + 1
    try:
        with transaction.atomic():
            return create([word], by=by, at=at, verb="added").rows[0]
    except IntegrityError as error:
        raise _taken() from error


def rename_word(word, name, *, by, at):
    """Call a word differently, wherever it stands."""
    try:
        with transaction.atomic():
            return revise([Revision(word, word.version, {"name": name})], by=by, at=at, verb="renamed").rows[
                0
            ]
    except IntegrityError as error:
        raise _taken() from error


def shift_word(word, places, *, by, at):
    """Move a word so many places down its list, or up when negative; at an end it stays."""
    with transaction.atomic():
        lock(type(word), _siblings(word).values_list("pk", flat=True))
        order = list(_siblings(word))
        index = next(index for index, row in enumerate(order) if row.pk == word.pk)
        order.insert(min(max(index + places, 0), len(order) - 1), order.pop(index))
        moved = [Revision(row, None, {"position": position}) for position, row in enumerate(order, start=1)]
        return revise(moved, by=by, at=at, verb="put in order")


def retire_words(words, *, by, at):
    """Offer words no longer; releases that carry them keep them."""
    return revise(
        [Revision(row, row.version, {"is_retired": True}) for row in words], by=by, at=at, verb="retired"
    )


def restore_words(words, *, by, at):
    """Offer retired words again."""
    revisions = [Revision(row, row.version, {"is_retired": False}) for row in words]
    return revise(revisions, by=by, at=at, verb="restored")


def offered(model, *, besides=None):
    """The words of a list that forms offer, in order; ``besides`` is the id of a retired one that stays chosen."""
    return model.objects.filter(Q(is_retired=False) | Q(pk=besides)).order_by("position", "name", "pk")


class StatusWords:
    """The status words in use, read once: those of a release's type come before those of every type."""

    def __init__(self):
        self._by_type = defaultdict(list)
        for word in offered(ReleaseStatus):
            self._by_type[word.release_type_id].append(word)

    def of(self, release_type_id):
        """The words a release of that type (or of none) may carry."""
        own = self._by_type[release_type_id] if release_type_id else []
        return [*own, *self._by_type[None]]

    def first(self, release_type_id, lifecycle):
        """The first word that means a lifecycle value; None when the organisation has none for it."""
        return next((word for word in self.of(release_type_id) if word.lifecycle == lifecycle), None)


def with_words(release, values):
    """``values`` of a release made consistent: the risk its level means, a status word that its type has.

    A retired word that was not chosen before is refused at its field.
    """
    for name in ("release_type", "risk_level"):
        word = values.get(name)
        if word and word.is_retired and getattr(release, f"{name}_id") != word.pk:
            raise ValidationError({name: _("“%(word)s” is retired.") % {"word": word}})
    if values.get("risk_level"):
        values = values | {"risk": values["risk_level"].level}
    if "release_type" not in values:
        return values
    type_id = values["release_type"].pk if values["release_type"] else None
    is_kept = type_id == release.release_type_id and not release._state.adding
    return values if is_kept else values | {"own_status": StatusWords().first(type_id, release.status)}


def word_new(releases):
    """Give releases that are about to be written the first status word that fits, and the risk their level means."""
    words = StatusWords()
    for release in releases:
        chosen = {"release_type": release.release_type, "risk_level": release.risk_level}
        with_words(Release(), chosen)
        if release.risk_level:
            release.risk = release.risk_level.level
        if release.own_status_id is None:
            release.own_status = words.first(release.release_type_id, release.status)


def keep_fitting(changed, at):
    """Watch every act: a release whose status became another by no verb of its lifecycle (an import) gets its word."""
    worded = [row for row in changed.get(Release, ()) if row.own_status_id]
    meanings = (
        dict(
            ReleaseStatus.objects.filter(pk__in={row.own_status_id for row in worded}).values_list(
                "pk", "lifecycle"
            )
        )
        if worded
        else {}
    )
    amiss = [row for row in worded if meanings[row.own_status_id] != row.status]
    if amiss:
        words = StatusWords()
        fitting = {row.pk: words.first(row.release_type_id, row.status) for row in amiss}
        revise([Revision(row, None, {"own_status": fitting[row.pk]}) for row in amiss], by=None, at=at)


def misfits():
    """Sentences about releases whose own status or risk level says something else than the product knows."""
    rows = Release.objects.select_related("own_status", "risk_level").filter(
        Q(own_status__isnull=False) | Q(risk_level__isnull=False)
    )
    found = []
    for row in rows.iterator(chunk_size=1000):
        word = row.own_status
        if word and word.lifecycle != row.status:
            found.append(f"{row.reference}: the word {word} means {word.lifecycle}, not {row.status}")
        if word and word.release_type_id not in (None, row.release_type_id):
            found.append(f"{row.reference}: the word {word} is of another type")
        if row.risk_level and row.risk_level.level != row.risk:
            found.append(
                f"{row.reference}: the level {row.risk_level} means {row.risk_level.level}, not {row.risk}"
            )
    return found


def _siblings(word):
    """The words of the list that a word stands in, in order; statuses of each type are a list of their own."""
    rows = type(word).objects.order_by("position", "name", "pk")
    return rows.filter(release_type=word.release_type_id) if isinstance(word, ReleaseStatus) else rows


def _taken():
    return ValidationError({"name": _("The list has that word already.")})
