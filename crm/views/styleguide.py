"""Every component once, with made-up figures; the page docs/components.md refers to."""

from datetime import timedelta
from fractions import Fraction

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from crm import formats, notices
from crm.icons import ICONS

CHURN = [
    3.0,
    2.6,
    2.9,
    2.7,
    3.1,
    2.8,
    2.5,
    2.9,
    2.7,
    3.0,
    2.6,
    2.9,
    2.7,
    2.8,
    2.6,
    4.3,
    2.7,
    2.5,
    2.4,
    2.1,
    2.3,
    2.0,
    2.4,
    1.4,
]
COLOURS = [
    ["paper", "surface", "sunken", "line", "line-2"],
    ["ink", "ink-2", "ink-3"],
    ["accent", "accent-fill", "accent-soft"],
    ["good", "good-fill", "good-soft"],
    ["bad", "bad-fill", "bad-soft"],
    ["warn", "warn-soft"],
    ["band-1", "band-2", "band-3"],
]


def styleguide(request):
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    if request.method == "POST":  # what the gallery's forms and boards post to: nothing happens
        return HttpResponse(status=204) if request.htmx else redirect("styleguide")
    now = timezone.now()
    if request.GET.get("notice"):
        notices.undoable(request, "Norrby Cycles moved to Lost.", "/styleguide/")
    context = {
        "title": "Components",
        "colours": COLOURS,
        "icons": sorted(ICONS),
        "values": CHURN[-13:],
        "tiles": tiles(),
        "entries": [
            {
                "at": now,
                "day": formats.local_date(now),
                "icon": "call",
                "title": "Call, 18 min",
                "url": "#",
                "text": "with Meera Pillai",
                "body": "Budget is there if the labels are fixed.",
            },
            {
                "at": now - timedelta(hours=1),
                "day": formats.local_date(now),
                "icon": "tickets",
                "title": "#4809 Count sheet prints blank labels",
                "url": "#",
                "text": "was reopened",
                "pill": {"text": "Open, 5 h 20 left", "tone": "warn"},
            },
            {
                "at": now - timedelta(days=77),
                "day": formats.local_date(now - timedelta(days=77)),
                "icon": "movements",
                "title": "Expansion +€149 MRR",
                "url": "#",
                "text": "from €298 to €447",
            },
        ],
        "facts": [("Team", "North"), ("Website", "halberd-optics.example", "#"), ("VAT number", "")],
        "tabs": [{"label": "All open", "url": "#", "on": True, "n": 318}, {"label": "Mine", "url": "#", "n": 64}],
        "seg": [{"label": "Month", "url": "#", "on": True}, {"label": "Quarter", "url": "#"}],
        "chips": [{"label": "Score", "value": "≥ 60", "remove_url": "#"}],
        "bulk": [{"label": "Assign", "value": "assign", "key": "a"}, {"label": "Export", "value": "export"}],
        "dates": {
            "soon": now + timedelta(days=1),
            "late": now - timedelta(days=2),
            "since": now - timedelta(minutes=41),
        },
        "rows": ["Hugo Tessier", "Rafael Ibarra", "Ottilie Brandvik"],
        "lanes": [
            ("1", "Qualified", ["Kestrel Foods", "Cedar & Salt"]),
            ("2", "Demo", ["Norrby Cycles"]),
            ("3", "Proposal", []),
        ],
        "trend": trend(),
        "waterfall": {
            "steps": [
                ["New", 9886],
                ["Expansion", 3870],
                ["Reactivation", 420],
                ["Contraction", -1260],
                ["Churn", -3346],
                ["Net new", 9570, "total"],
            ],
            "format": formats.chart_format("money", "EUR"),
        },
        "goal": goal(),
    }
    return render(request, "crm/styleguide.html", context)


def tiles():
    return [
        {
            "url": "#",
            "name": "Customer churn rate",
            "state": "provisional",
            "value": Fraction(36, 946),
            "unit": "percent",
            "change": Fraction(-6, 1000),
            "direction": "lower",
            "values": CHURN[-13:],
            "provisional": True,
            "spark_label": "Churn, 13 months",
            "bullet": {"v": 19, "t": 37.5, "b1": 25, "b2": 75, "kind": "rev"},
            "band": "exceptional (below 5 %)",
            "goal": "goal 7.5 %",
            "counts": "36 of 946 customers",
        },
        {
            "url": "#",
            "name": "Acquisition cost, CAC",
            "value": Fraction(870),
            "unit": "money",
            "currency": "EUR",
            "change": Fraction(-48),
            "direction": "lower",
            "values": [8, 11, 7, 10, 12, 6, 5, 7, 6, 4, 5, 3, 3],
            "spark_label": "CAC, 13 months",
            "bullet": {"v": 48, "t": 47, "b1": 39, "b2": 83, "kind": "rev"},
            "band": "above average (700–1,000)",
            "goal": "goal €850",
            "counts": "€85,260 for 98 customers",
            "pill": {"text": "On track", "tone": "good"},
        },
        {
            "url": "#",
            "name": "Average resolution time",
            "value": 18720,
            "unit": "duration",
            "change": -3120,
            "direction": "lower",
            "values": [6, 5, 7, 4, 6, 8, 5, 5, 6, 4, 3, 3, 2],
            "bullet": {"v": 52, "t": 40, "b1": 20, "b2": 80, "kind": "rev"},
            "band": "typical (4–8 h)",
            "goal": "goal 4 h",
            "counts": "335 tickets resolved",
        },
        {"name": "Renewal rate", "value": None, "reason": "No value: no contract was due in this period."},
    ]


def trend():
    months = [
        "Dec 24",
        "Jan 25",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
        "Jan 26",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
    ]
    return {
        "labels": months,
        "values": CHURN,
        "open": True,
        "now": "1.4 % so far",
        "outside": "outside the limits",
        "phases": [
            {"from": 0, "to": 17, "mean": 2.76, "low": 2.05, "high": 3.48},
            {"from": 18, "to": 23, "mean": 2.24, "low": 1.44, "high": 3.04},
        ],
        "notes": [
            {"at": 15, "text": "1 Mar, new prices", "align": "right"},
            {"at": 18, "text": "12 Jun, onboarding calls", "align": "left"},
        ],
        "format": formats.chart_format("percent"),
    }


def goal():
    hours = [
        6.0,
        6.3,
        6.1,
        6.2,
        5.95,
        5.9,
        5.8,
        5.84,
        5.72,
        5.66,
        5.7,
        5.6,
        5.55,
        5.5,
        5.48,
        5.44,
        5.36,
        5.3,
        5.33,
        5.26,
        5.2,
        5.15,
        5.1,
        5.12,
        5.06,
        5.02,
        5.0,
        5.04,
        5.12,
        5.18,
        5.22,
        5.2,
        5.24,
        5.22,
        5.2,
        5.2,
    ]
    return {
        "days": 65,
        "min": 3 * 3600,
        "max": 7 * 3600,
        "baseline": 6 * 3600,
        "target": 4 * 3600,
        "projected": 18108,
        "low": 16920,
        "high": 19296,
        "now": "5 h 12",
        "end": "ends near 5 h 02",
        "pace": "pace to 4 h",
        "today": "today",
        "ticks": {"0": "1 Oct", "22": "2 Nov", "43": "1 Dec", "65": "31 Dec"},
        "actual": [round(hour * 3600) for hour in hours],
        "milestones": [
            {"x": 14, "y": 19728, "at": "top", "text": "5 h 30, reached 20 Oct"},
            {"x": 26, "y": 18000, "at": "bottom", "text": "5 h 00, touched 5 Nov"},
        ],
        "format": formats.chart_format("duration"),
    }
