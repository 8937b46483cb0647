"""What may be discussed: every kind of object with a page of its own, found only by a member who may read it."""

from dataclasses import dataclass

from django.db import models
from django.http import Http404

from releasemgr.accounts.roles import Permission
from releasemgr.tenancy.tables import tenant_models

_further = {}


@dataclass(frozen=True)
class Discussed:
    """A kind of object that takes comments and files; ``permission`` is what a member needs to read it."""

    model: type[models.Model]
    permission: str = Permission.VIEW


def discuss(model, *, permission=Permission.VIEW):
    """Let a kind of object be discussed whose page is not at its ``get_absolute_url``, or not for every member.

    Called in ``AppConfig.ready``; any other kind with an address of its own may be discussed without a word.
    """
    _further[model._meta.model_name] = Discussed(model, permission)


def discussed():
    """``{model name: Discussed}`` of everything that takes comments and files."""
    with_pages = {
        model._meta.model_name: Discussed(model)
        for model in tenant_models()
        if hasattr(model, "get_absolute_url")
    }
    return with_pages | _further


def subject_of(membership, noun, pk):
    """The object itself, when it is of this organisation and ``membership`` may read it; Http404 otherwise."""
    known = discussed().get(noun)
    if known is None or not membership.may(known.permission):
        raise Http404
    subject = known.model.objects.filter(pk=pk).first()
    if subject is None:
        raise Http404
    return subject


def label_of(noun):
    """How a kind of object is called; its model name when it is unknown by now."""
    known = discussed().get(noun)
    return str(known.model._meta.verbose_name) if known else noun
