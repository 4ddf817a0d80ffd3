"""Search over everything: the palette of `/` and Ctrl-K, and the same as a plain page at /search/?q=."""

from itertools import islice

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import registry

LONGEST = 100
PER_SOURCE, ON_PAGE = 5, 20
GROUPS = ("pages", "numbers", "records", "actions")


@require_GET
@login_required
def search(request):
    typed = request.GET.get("q", "")[:LONGEST].strip()
    groups = found(typed, request.user, PER_SOURCE if request.htmx else ON_PAGE)
    context = {"title": _("Search"), "query": typed.lstrip(">=").strip(), "typed": typed, "groups": groups}
    return render(request, "_components/palette_found.html" if request.htmx else "crm/search.html", context)


def found(typed, user, limit):
    """Groups of hits. A leading > asks for actions only, = for numbers only."""
    only = {">": ("actions",), "=": ("numbers",)}.get(typed[:1], GROUPS)
    query = typed.lstrip(">=").strip()
    hits = {group: [] for group in GROUPS}
    if "pages" in only:
        hits["pages"] = [
            registry.Hit(str(entry.label), entry.url, icon=entry.icon)
            for entry in registry.navs(user)
            if query and matches(query, entry.label)
        ]
    if "actions" in only:
        hits["actions"] = [
            registry.Hit(str(entry.label), entry.url, icon=entry.icon)
            for entry in registry.creates(user)
            if matches(query, entry.label)
        ]
    # "=" alone lists the numbers; records need something to look for.
    for source in registry.searches(user):
        if source.group in only and (query or source.group == "numbers" and typed):
            hits[source.group] += islice(source.loader(query, user, limit), limit)
    labels = {"pages": _("Go to"), "numbers": _("Numbers"), "records": _("Records"), "actions": _("Do")}
    return [{"key": key, "label": labels[key], "hits": hits[key]} for key in GROUPS if hits[key]]


def matches(query, label):
    """Every word typed begins a word of the label; nothing typed matches everything."""
    words = str(label).casefold().split()
    return all(any(word.startswith(part) for word in words) for part in query.casefold().split())
