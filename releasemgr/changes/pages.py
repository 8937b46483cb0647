"""The page of a form that makes or revises a row: 200, 422, 409, or away to the row."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404
from django.utils.timezone import now

from releasemgr.changes.forms import save
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_conflict, render_page


def posted(request):
    """The data of a form that was sent, None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(request, form, template, context, *, said, to=None, verb=save):
    """Show a RevisionForm and act on it.

    ``verb(form, by=…, at=…)`` does the act and returns the row; ``said`` is the message afterwards; the browser goes
    to ``to`` or the row's own page. Input that is refused answers 422, a lost race 409, both with the form as typed.
    """
    context = {"form": form, **context}
    if request.method == "POST" and form.is_valid():
        try:
            row = verb(form, by=request.user, at=now())
        except Moved as moved:
            form.meet(moved)
            return render_conflict(request, template, context, partial="form")
        except ObjectDoesNotExist as gone:
            raise Http404 from gone
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, said)
            return go_to(request, to or row)
    return render_page(request, template, context, partial="form", status=422 if form.errors else 200)
