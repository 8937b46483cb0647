"""How much may be sent to us at once: what is too large is refused before anything of it is kept."""

from django.conf import settings
from django.shortcuts import render

ROOM = 1 << 20  # for the other fields of a form that carries a file
_CHUNK = 1 << 16
_MOST_READ = 100 << 20


class BodyLimitMiddleware:
    """Answers 413 by what a request says it holds; nothing of it is parsed or stored."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _length(request) <= largest_body():
            return self.get_response(request)
        _let_go(request)
        return render(request, "413.html", {"most": settings.ATTACHMENT_MAX_BYTES}, status=413)


def largest_body():
    """Bytes that a request may hold: a file, or a form of texts, whichever is more."""
    return max(settings.ATTACHMENT_MAX_BYTES + ROOM, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _length(request):
    text = request.headers.get("content-length") or "0"
    return int(text) if text.isdecimal() else 0


def _let_go(request):
    """Read what the browser is sending and forget it, within reason: one that can't send doesn't listen either."""
    stream, left = request.META["wsgi.input"], min(_length(request), _MOST_READ)
    while left > 0:
        chunk = stream.read(min(left, _CHUNK))
        if not chunk:
            break
        left -= len(chunk)
