"""Which pages an organisation has, found as a person finds them: by following links from page to page."""

import html
import re

from django.urls import Resolver404, get_resolver, resolve

URLCONF = "releasemgr.org_urls"
LINK = re.compile(r'\b(?:href|hx-get|data-create|data-move)="([^"#]+)')


def get_routes(patterns=None, prefix="", namespace=""):
    """``{view name: route}`` of every route in the mount that answers GET."""
    routes = {}
    for pattern in get_resolver(URLCONF).url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            routes |= get_routes(pattern.url_patterns, route, inner)
        elif "GET" in getattr(pattern.callback, "allowed", {}):
            routes[f"{namespace}{pattern.name}"] = route
    return routes


def walk(client, mount):
    """``({view name: path}, {view name: path})``: an example of every page that links lead to; pages, then the rest.

    ``mount`` is ``/o/<slug>/``. The first are HTML pages, the second answer something else (a file, a redirect).
    Starts at every route that needs no argument.
    """
    waiting = {name: mount + route for name, route in get_routes().items() if "<" not in route}
    pages, others = {}, {}
    while waiting:
        name, path = waiting.popitem()
        response = client.get(path)
        is_page = response["Content-Type"].startswith("text/html") and response.status_code not in (301, 302)
        if not is_page:
            others[name] = path
            continue
        pages[name] = path
        for found, target in linked(response.content.decode(), mount, path):
            if found not in pages and found not in others:
                waiting.setdefault(found, target)
    return pages, others


def linked(page, mount, path):
    """``(view name, path)`` for each link of ``page`` that stays in the mount and answers GET."""
    for link in LINK.findall(page):
        target = html.unescape(link)
        target = path.partition("?")[0] + target if target.startswith("?") else target
        if not target.startswith(mount):
            continue
        try:
            match = resolve("/" + target.removeprefix(mount).partition("?")[0], URLCONF)
        except Resolver404:
            yield f"broken link {target} on {path}", target
            continue
        if "GET" in getattr(match.func, "allowed", {}):
            yield match.view_name, target
