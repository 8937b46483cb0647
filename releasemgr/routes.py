"""Every route of the product: what it is called, where it is, and who may use which method of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver

from releasemgr.accounts.middleware import MOUNT
from releasemgr.accounts.roles import roles_with

ORGANISATION, OUTSIDE = "releasemgr.org_urls", "releasemgr.urls"


class Unguarded(Exception):
    """Routes inside an organisation whose views say nothing about who may use them."""


@dataclass(frozen=True)
class Route:
    """A named address. ``permissions`` maps methods to the permission each needs; empty outside organisations."""

    name: str
    path: str
    params: tuple[str, ...]
    permissions: dict[str, str]
    methods: tuple[str, ...]
    is_in_organisation: bool

    def roles(self, method=None):
        """Roles that may use the method, or any of them when none is named; None outside organisations."""
        if not self.is_in_organisation:
            return None
        wanted = [self.permissions[method]] if method else self.permissions.values()
        allowed = {role for permission in wanted for role in roles_with(permission)}
        return [role for role in roles_with("view") if role in allowed]


def all_routes():
    """Routes inside an organisation and outside; raises Unguarded when one inside has no guard."""
    return [*organisation_routes(), *(_outside(*found) for found in _walk(OUTSIDE))]


def organisation_routes():
    """Routes below the mount of an organisation; raises Unguarded when one has no guard."""
    found = list(_walk(ORGANISATION))
    unguarded = [path for _name, path, pattern in found if not hasattr(pattern.callback, "allowed")]
    if unguarded:
        raise Unguarded("No guard says who may use " + ", ".join(sorted(unguarded)))
    return [_inside(*one) for one in found]


def _inside(name, path, pattern):
    allowed = pattern.callback.allowed
    return Route(
        name=name,
        path=f"{MOUNT}<slug>/{path}",
        params=("slug", *_params(path)),
        permissions=dict(allowed),
        methods=tuple(sorted(allowed)),
        is_in_organisation=True,
    )


def _outside(name, path, pattern):
    view = getattr(pattern.callback, "view_class", None)
    methods = (
        [method.upper() for method in view.http_method_names if hasattr(view, method)] if view else ["GET"]
    )
    return Route(
        name=name,
        path=f"/{path}",
        params=tuple(_params(path)),
        permissions={},
        methods=tuple(sorted({*methods, "HEAD"})),
        is_in_organisation=False,
    )


def _walk(urlconf) -> Iterator[tuple[str, str, URLPattern]]:
    return _below(get_resolver(urlconf).url_patterns, "", "")


def _below(patterns, prefix, namespace):
    for pattern in patterns:
        path = prefix + _written(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _below(pattern.url_patterns, path, inner)
        else:
            yield f"{namespace}{pattern.name or ''}", path, pattern


def _written(pattern):
    """A pattern as text; a regular expression without its anchors, its groups as ``<name>``."""
    text = str(pattern)
    for name in (getattr(pattern, "regex", None) and pattern.regex.groupindex) or {}:
        start = text.find(f"(?P<{name}>")
        if start >= 0:
            text = f"{text[:start]}<{name}>{text[_end_of_group(text, start) :]}"
    return text.removeprefix("^").removesuffix("$").removesuffix(r"\Z")


def _end_of_group(text, start):
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if depth == 0:
            return index + 1
    return len(text)


def _params(path):
    return [part.partition(">")[0].rpartition(":")[2] for part in path.split("<")[1:]]
