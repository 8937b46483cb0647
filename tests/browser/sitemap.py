"""Which pages an organisation has, found as a person finds them: by following links from page to page."""

import html
import re
from collections import defaultdict

from django.urls import Resolver404, get_resolver, resolve

EXAMPLES = 5
BROKEN = "broken link"
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
    Starts at every route that needs no argument and reads a few examples of each page, as what a page links to
    depends on the state of what it shows.
    """
    waiting = [(name, mount + route) for name, route in get_routes().items() if "<" not in route]
    pages, others, read = {}, {}, defaultdict(set)
    while waiting:
        name, path = waiting.pop(0)
        if name in others or path in read[name] or len(read[name]) == EXAMPLES:
            continue
        read[name].add(path)
        response = client.get(path)
        is_html = response["Content-Type"].startswith("text/html") and response.status_code not in (301, 302)
        is_page = is_html and b"<html" in response.content  # a count that another page shows is none
        (pages if is_page else others).setdefault(name, path)
        if is_page:
            waiting += linked(response.content.decode(), mount, path)
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
            yield BROKEN, target
            continue
        if "GET" in getattr(match.func, "allowed", {}):
            yield match.view_name, target
