"""Changing the organisation tree: nodes are renamed, moved and, when nothing hangs on them, removed."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.trail import record
from releasemgr.changes.forms import save
from releasemgr.changes.revisions import lock, revise, settle
from releasemgr.portfolio.models import Portfolio
from releasemgr.portfolio.tree import Tree


class WouldLoop(ValidationError):
    """The new place of a node lies below the node itself."""


class NotEmpty(ValidationError):
    """Something still hangs on the node."""


def revise_nodes(revisions, *, by, at, verb="changed"):
    """Rename and move nodes; raises WouldLoop and Moved.

    A move locks the whole tree: two moves that are harmless alone could close a loop between them.
    """
    with transaction.atomic():
        moves = {revision.subject.pk: revision for revision in revisions if "parent" in revision.values}
        if moves:
            lock(Portfolio, list(Portfolio.objects.values_list("pk", flat=True)))
            _refuse_loops(moves)
        return revise(revisions, by=by, at=at, verb=verb)


def save_node(form, *, by, at):
    """Rename or move the node of a valid NodeForm; raises WouldLoop and Moved."""
    return save(form, by=by, at=at, revise=revise_nodes)


def remove_node(node, *, by, at):
    """Remove a node on which nothing hangs: no node, project, release or blockout; raises NotEmpty."""
    with transaction.atomic():
        locked = lock(Portfolio, [node.pk]).get(node.pk)
        if locked is None:
            raise Portfolio.DoesNotExist
        try:
            Portfolio.objects.filter(pk=locked.pk).delete()
        except ProtectedError as protected:
            raise NotEmpty(_still_there(protected)) from protected
        except IntegrityError as error:  # a row of another request came between the look and the delete
            raise NotEmpty(_("It cannot be removed: something has just been added to it.")) from error
        settle([locked])
        record(by=by, verb="removed", at=at, subject=locked, changes={"name": [locked.name, None]})


def _refuse_loops(moves):
    nodes = list(Portfolio.objects.all())
    for node in nodes:
        if node.pk in moves:
            node.parent_id = getattr(moves[node.pk].values["parent"], "pk", moves[node.pk].values["parent"])
    tree = Tree(nodes)
    reached = set().union(*(tree.below(root.node.pk) for root in tree.roots)) if tree.roots else set()
    if len(reached) < len(nodes):
        raise WouldLoop({"parent": _("A node cannot be moved below itself.")})


def _still_there(protected):
    kinds = sorted({str(row._meta.verbose_name_plural) for row in protected.protected_objects})
    return _("It cannot be removed: %(kinds)s still belong to it.") % {"kinds": ", ".join(kinds)}
