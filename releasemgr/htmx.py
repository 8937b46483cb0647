"""How views answer htmx: whole page or named partial, refusals, toasts, redirects.

A view finds, tells and shows by ``render_page``. Invalid input answers 422 and a lost race 409, both with the form;
``templates/base.html`` lets htmx swap those two. A fragment meant for the peek drawer is asked for with the header
``HX-Target: peek-body`` and answered with the partial named by ``peek``.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

PEEK_TARGET = "peek-body"


def render_page(request, template, context, *, partial, peek=None, status=200):
    """The whole page, or just ``partial`` of it when htmx asked for a fragment.

    ``peek`` names the partial for the peek drawer, where the page has one; otherwise the drawer gets ``partial``.
    """
    name = template
    if wants_fragment(request):
        name = f"{template}#{peek if peek and in_peek(request) else partial}"
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def wants_fragment(request):
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def in_peek(request):
    """Whether the answer will stand in the peek drawer."""
    return bool(request.htmx) and request.htmx.target == PEEK_TARGET


def render_invalid(request, template, context, *, partial, peek=None):
    """422: the form again, with what was typed and an error at each field."""
    return render_page(request, template, context, partial=partial, peek=peek, status=422)


def render_conflict(request, template, context, *, partial, peek=None):
    """409: somebody else saved first; the form shows both values (``components/conflict.html``)."""
    return render_page(request, template, context, partial=partial, peek=peek, status=409)


def go_to(request, to, *args, **kwargs):
    """Leave for another page: by header when htmx asked (a redirect would be swapped in), else by a 302."""
    answer = redirect(to, *args, **kwargs)
    if not request.htmx:
        return answer
    return HttpResponseClientRedirect(answer.url)


def toast(response, text, *, level="success", undo_url=None):
    """Have the browser show ``text`` when the fragment arrives.

    ``level`` is success, info, warning or error (an error stays until dismissed). ``undo_url`` is POSTed by the
    Undo button, which is offered for 10 seconds. After a redirect use ``django.contrib.messages`` instead.
    """
    return trigger_client_event(
        response, "toast", {"text": str(text), "level": level, "undo": undo_url or ""}
    )


def changed(response, *events):
    """Tell neighbours on the page what changed, as in ``changed(response, "bookings:changed")``."""
    for event in events:
        trigger_client_event(response, event, {})
    return response


def nothing_new():
    """204: a poll whose version is still the newest; htmx swaps nothing and asks again."""
    return HttpResponse(status=204)
