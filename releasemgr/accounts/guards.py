"""Guards above a view's name: which method needs which permission, or the marked exception."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed


def allow(**permissions):
    """Let a member through whose role holds the permission named for the request's method.

    ``@allow(GET=Permission.VIEW, POST=Permission.PLAN_RELEASE)``. Other methods are answered 405, a missing right
    403. HEAD goes with GET. The table stays on the view (``view.allowed``), where `list_routes` and the sweeps find it.
    """
    if "GET" in permissions:
        permissions["HEAD"] = permissions["GET"]

    def guard(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in permissions:
                return HttpResponseNotAllowed(sorted(permissions))
            if not request.membership.may(permissions[request.method]):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed = dict(permissions)
        return guarded

    return guard
