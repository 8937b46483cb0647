"""A page that exists only in tests: the shared components and a full timeline in the real shell."""

import datetime
import random
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, toast
from releasemgr.timeline import Band, Bar, Choice, Lane, Scale, Timeline

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.datetime(2026, 11, 23, 10, 20, tzinfo=datetime.UTC)
PHASES = (("Design", 1), ("Build", 2), ("SIT", 3), ("UAT", 5), ("Performance", 4), ("Deploy", 6))
PROJECTS = (
    "Instant payments", "Mobile banking", "Card issuing", "Loan origination", "Know your customer", "Data warehouse",
    "Branch teller", "Treasury", "Fraud scoring", "Regulatory reporting", "Customer master", "Open banking gateway",
)  # fmt: skip

PAGE = """{% extends "base.html" %}{% load i18n static ui %}
{% block title %}Specimen{% endblock %}{% block heading %}Release calendar{% endblock %}
{% block lead %}<p class="lead">Autumn release 2026 · go-live Sat 12 Dec 2026 · R-19</p>{% endblock %}
{% block actions %}<a class="btn" href="#">{% icon "printer" %}Print</a><a class="btn btn-primary" href="#">{% icon "plus" %}New release</a>{% endblock %}
{% block styles %}<link rel="stylesheet" href="{% static 'css/pos.css' %}"><link rel="stylesheet" href="{% static 'css/timeline.css' %}">{% endblock %}
{% block scripts %}<script src="{% static 'js/timeline.js' %}" defer></script>{% endblock %}
{% block content %}{% include "components/filter_bar.html" with form=form target="#timeline" %}{% filter_chips form "#timeline" %}
{% include "components/timeline.html" %}{% endblock %}"""

PIECES = """{% extends "base.html" %}{% load i18n static ui %}
{% block title %}Components{% endblock %}
{% block breadcrumbs %}{% include "components/breadcrumbs.html" with links=crumbs %}{% endblock %}
{% block heading %}SIT booking for Instant payments{% endblock %}
{% block actions %}<button type="button" class="btn btn-danger" data-dialog="remove">Remove…</button>{% endblock %}
{% block content %}{% include "components/tabs.html" with tabs=tabs label="Release" %}
<p class="row-flex">{% for name in statuses %}{% status name %} {% endfor %}{% status "neutral" "Draft" %}</p>
<div class="two"><div><div class="card"><div class="card-header"><h2>Request</h2>{% include "components/definition.html" with term="Holding booking" text="A booking that counts against the capacity: approved or in use." url="#" %}</div><div class="card-body">
<form method="post" novalidate>{% csrf_token %}{% if conflict %}{% include "components/conflict.html" %}{% endif %}{% include "components/form.html" with submit="Request booking" cancel_url="#" %}</form></div></div></div>
<div><div class="card"><div class="card-header"><h2>Facts</h2></div><div class="card-body"><dl class="facts"><dt>Environment</dt><dd>SIT-2</dd><dt>Capacity</dt><dd>3 units</dd><dt>Owner</dt><dd>Emma Weiss</dd></dl></div>
<div class="card-body">{% include "components/freshness.html" with at=now %}<br>{% include "components/freshness.html" with at=now is_stale=True %}</div></div>
<div class="card">{% include "components/empty.html" with icon_name="clipboard-check" title="No approvals wait for you" text="Requests that name you as approver appear here." action_url="#" action="Show all bookings" %}</div></div></div>
<div class="notice warning">{% icon "alert-triangle" %}<span>Year-end freeze starts in 4 days.</span></div>
{% include "components/confirm.html" with id="remove" title="Remove this environment?" text="Its history stays, its bookings end today." action_url="#" action="Remove" name="SIT-2" %}
<button class="btn" type="button" id="toaster" hx-post="{% url 'specimen-toast' %}" hx-target="#toaster" hx-swap="none">Cancel booking</button>
{% endblock %}"""


class Filters(forms.Form):
    q = forms.CharField(label="Text", required=False)
    project = forms.ChoiceField(
        choices=[("", "All projects"), *((str(n), name) for n, name in enumerate(PROJECTS))], required=False
    )
    kind = forms.ChoiceField(
        choices=[("", "All kinds"), ("phase", "Phases"), ("gate", "Gates")], required=False
    )


class Request(forms.Form):
    environment = forms.ChoiceField(choices=[("1", "SIT-1"), ("2", "SIT-2")])
    units = forms.IntegerField(min_value=1, help_text="Of 3 that the environment has.")
    starts = forms.DateTimeField(label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends = forms.DateTimeField(label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    purpose = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    exclusive = forms.BooleanField(label="Nobody else meanwhile", required=False)


def lanes_of(count=12, *, seed=7):
    """Project lanes with believable phases, gates and bookings; deterministic."""
    dice = random.Random(seed)  # noqa: S311
    lanes = []
    for n in range(count):
        day, bars = dice.randrange(-12, 6), []
        for name, series in PHASES:
            length = dice.choice([5, 7, 10, 14, 21])
            status = dice.choice(["on-track", "at-risk", "late"]) if day + length > 50 else "done"
            clashes = 2 if name in ("UAT", "Deploy") and n % 4 == 1 else 0
            bars.append(
                Bar(
                    name,
                    f"/o/acme/specimen/{n}/",
                    day,
                    day + length,
                    "phase",
                    series,
                    status,
                    detail=f"{name} phase" if name == "SIT" else "",
                    conflicts=clashes,
                    key=f"{n}-{series}",
                    move_url="/o/acme/specimen/form/",
                )
            )
            if series in (2, 5):
                state = "passed" if day + length < 50 else dice.choice(["open", "conditional", "rejected"])
                bars.append(
                    Bar(
                        f"G{series} {name} exit",
                        f"/o/acme/specimen/{n}/",
                        day + length,
                        day + length + 1,
                        "gate",
                        series,
                        "",
                        state,
                        detail="gate",
                    )
                )
            day += length + dice.choice([-3, 0, 0, 2])
        bars.append(Bar("1.4.0 to PRD", f"/o/acme/specimen/{n}/", 71, 73, "deployment"))
        bars.append(
            Bar(
                "SIT-2",
                f"/o/acme/specimen/{n}/",
                30 + n,
                38 + n,
                "booking",
                state=dice.choice(["requested", "approved"]),
            )
        )
        if n % 5 == 0:
            bars += [
                Bar("Go-live", "/o/acme/specimen/1/", 72, 73, "milestone"),
                Bar("SIT down", "/o/acme/specimen/1/", 18, 20, "outage"),
                Bar("Refresh", "/o/acme/specimen/1/", 22, 26, "refresh"),
                Bar("DBA away", "", 40, 52, "absence"),
            ]
        name = PROJECTS[n % len(PROJECTS)]
        lanes.append(
            Lane(
                f"p{n}",
                name,
                bars,
                url="#",
                note=f"{3 + n % 4} releases",
                group="Retail bank" if n < 7 else "Group functions",
            )
        )
    return lanes


def scale_for(zoom):
    first = datetime.date(2026, 10, 1)
    days = {"month": 31, "quarter": 92, "half-year": 182, "year": 365}[zoom]
    return Scale.days(first, first + datetime.timedelta(days=days), zone=BERLIN, zoom=zoom, now=NOW)


@allow(GET=Permission.VIEW)
def calendar(request):
    zoom, view = request.GET.get("zoom", "quarter"), request.GET.get("view", "timeline")
    bands = [
        Band("Year-end freeze", 77, 110, hard=True, url="#", scope="all projects"),
        Band("Card scheme change", 12, 19, url="#", lanes=frozenset({"p2", "p8"}), scope="2 projects"),
        Band("Maintenance", 44, 46, "maintenance", url="#", lanes=frozenset({"p5"})),
        Band("All Saints", 31, 32, "holiday"),
    ]
    timeline = Timeline(
        label="Release calendar", scale=scale_for(zoom), lanes=lanes_of(int(request.GET.get("lanes", 12))), bands=bands, view=view,
        sort=request.GET.get("sort", "start"), previous_url="?at=2026-Q3", next_url="?at=2027-Q1", today_url="?at=today",
        create_url="/o/acme/specimen/form/",
        zooms=[Choice(name.title(), f"?zoom={name}", zoom == name) for name in ("month", "quarter", "half-year", "year")],
        views=[Choice(name.title(), f"?view={name}", view == name) for name in ("timeline", "table")],
    )  # fmt: skip
    source = engines["django"].from_string(PAGE)
    return HttpResponse(source.render({"timeline": timeline, "form": Filters(request.GET)}, request))


@allow(GET=Permission.VIEW)
def schedule(request):
    """An hour scale over a change of clocks (25 Oct 2026 has 25 hours in Berlin)."""
    scale = Scale.hours(datetime.date(2026, 10, 23), 14 * 24, zone=BERLIN, zoom="week", now=NOW)
    lanes = [
        Lane("sit-1", "SIT-1", [Bar("REL-42 SIT", "/o/acme/specimen/1/", 9, 33, "booking", state="approved", move_url="/o/acme/specimen/form/"), Bar("REL-51", "/o/acme/specimen/1/", 100, 148, "booking", state="requested")], note="3 units · shared"),
        Lane("uat-1", "UAT-1", [], note="1 unit"),
    ]  # fmt: skip
    timeline = Timeline(
        label="Environment schedule", scale=scale, lanes=lanes, create_url="/o/acme/specimen/form/"
    )
    return HttpResponse(
        engines["django"].from_string(PAGE).render({"timeline": timeline, "form": Filters()}, request)
    )


@allow(GET=Permission.VIEW, POST=Permission.VIEW)
def pieces(request):
    form = Request(request.POST) if request.method == "POST" else Request()
    tabs = [
        Choice("Overview", "#", is_current=True),
        Choice("Gates", "#"),
        Choice("Scope", "#"),
        Choice("History", "#"),
    ]
    statuses = ["on-track", "at-risk", "late", "blocked", "failed", "done", "cancelled", "pending"]
    context = {
        "form": form,
        "tabs": tabs,
        "statuses": statuses,
        "now": NOW,
        "crumbs": [("Bookings", "#"), ("SIT-2", "#")],
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return HttpResponse(engines["django"].from_string(PIECES).render(context, request), status=status)


@allow(GET=Permission.VIEW)
def detail(request, pk):
    assert in_peek(request)
    return HttpResponse(f"<h3 data-peek-title>Release {pk}</h3><p>Shown beside the timeline.</p>")


@allow(GET=Permission.VIEW)
def form(request):
    chosen = " ".join(f"{name}={request.GET[name]}" for name in ("from", "to", "lane"))
    return HttpResponse(
        f'<h3 data-peek-title>New booking</h3><p id="chosen">{chosen}</p><label>Name <input autofocus></label>'
    )


@allow(POST=Permission.VIEW)
def toaster(request):
    return toast(HttpResponse(status=204), "Booking cancelled", undo_url=request.path)


@allow(GET=Permission.VIEW)
def broken(request):
    raise RuntimeError("planted")


urlpatterns = [
    path("specimen/broken/", broken),
    path("specimen/calendar/", calendar),
    path("specimen/schedule/", schedule),
    path("specimen/pieces/", pieces),
    path("specimen/form/", form),
    path("specimen/toast/", toaster, name="specimen-toast"),
    path("specimen/<int:pk>/", detail),
]
