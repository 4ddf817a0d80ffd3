"""Tags and filters of the house: `{% load tallyard %}`. docs/components.md shows each one in use."""

import re

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm import formats, notices, registry
from crm.icons import ICONS
from crm.models.company import Company
from crm.models.saved_view import SavedView
from crm.spark import spark as draw_spark

register = template.Library()

MOST_VIEWS = 6  # in the sidebar; all of them are tabs on their list


# Numbers, money and time


@register.filter
def money(minor, currency=None):
    return formats.money(minor, currency or Company.current().currency)


@register.filter
def signed_money(minor, currency=None):
    return formats.signed_money(minor, currency or Company.current().currency)


@register.filter
def mrr(micros, currency=None):
    return formats.mrr(micros, currency or Company.current().currency)


@register.filter
def signed_mrr(micros, currency=None):
    return formats.signed_mrr(micros, currency or Company.current().currency)


@register.filter
def number(value, digits=0):
    return formats.number(value, digits)


@register.filter
def title_of(value):
    """The first letter in capitals, the rest untouched."""
    text = str(value)
    return text[:1].upper() + text[1:]


register.filter("count", formats.number)
register.filter("signed", formats.signed)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("points", formats.points)
register.filter("duration", formats.duration)
register.filter("day", formats.day)
register.filter("long_day", formats.long_day)
register.filter("clock", formats.clock)
register.filter("moment", formats.moment)
register.filter("full_moment", formats.full_moment)
register.filter("ago", formats.ago)
register.filter("initials", formats.initials)
register.filter("short_name", formats.short_name)


@register.simple_tag
def waiting(since):
    """waiting 41 min"""
    return _("waiting %(time)s") % {"time": formats.ago(since)}


@register.simple_tag
def due(when):
    """When something is due, coloured where it is late: "2 days overdue", "10:30", "tomorrow"."""
    text, tone = formats.due(when)
    return (
        format_html('<span class="num {}">{}</span>', tone, text)
        if tone
        else format_html('<span class="num">{}</span>', text)
    )


@register.simple_tag
def at(when):
    """A moment as <time>, with the full date for machines and on hovering."""
    if when is None:
        return formats.DASH
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), formats.full_moment(when), formats.moment(when)
    )


@register.simple_tag
def figure(value, unit, currency=None, digits=None):
    """A KPI's value with its unit smaller: 3.8<small>%</small>."""
    value = None if value == "" else value
    parts = formats.value_parts(value, unit, currency or Company.current().currency, digits)
    return format_html_join(
        "", "{}", ((format_html("<small>{}</small>", text.strip()) if small else text,) for text, small in parts)
    )


@register.simple_tag
def value(value, unit, currency=None, digits=None):
    """A KPI's value as running text."""
    return formats.value(value, unit, currency or Company.current().currency, digits)


@register.simple_tag
def chart_format(unit, currency=None):
    """What charts.js needs to write numbers as we do."""
    return formats.chart_format(unit, currency or Company.current().currency)


# Marks


@register.simple_tag
def icon(name, label=""):
    """An icon of crm/icons.py; decorative unless it has a label."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"There is no icon {name!r}: add it to crm/icons.py.")
    return format_html(
        '<svg class="i" viewBox="0 0 24 24" {}><use href="{}#{}"></use></svg>',
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),  # noqa: S308
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def pill(text, tone="", ring=False):
    """A state: dot and word. Tones: accent, good, warn, bad or none; a ring is not started or not decided."""
    return format_html('<span class="pill{}{}">{}</span>', " " + tone if tone else "", " ring" if ring else "", text)


@register.simple_tag
def tag(text):
    return format_html('<span class="tag">{}</span>', text)


@register.simple_tag
def prov(state="provisional"):
    """The dashed mark of a number that may still move; nothing for a closed one."""
    words = {"provisional": _("provisional"), "maturing": _("maturing"), "restated": _("restated")}
    return format_html('<span class="prov">{}</span>', words[state]) if state in words else ""


@register.simple_tag
def delta(change, unit="count", direction="higher", currency=None, than=""):
    """How a value moved: the glyph says which way, colour and word say whether that is better."""
    if change in (None, ""):
        return ""
    tail = format_html(" <span>{}</span>", than) if than else ""
    if not change:
        return format_html('<span class="delta"><span>● {}</span>{}</span>', _("unchanged"), tail)
    size = formats.difference(change, unit, currency or Company.current().currency)
    glyph = "▲" if change > 0 else "▼"
    if direction not in ("higher", "lower"):
        return format_html('<span class="delta">{} {}{}</span>', glyph, size, tail)
    is_better = (change > 0) == (direction == "higher")
    return format_html(
        '<span class="delta {}">{} {}{}</span>',
        "good" if is_better else "bad",
        glyph,
        pgettext("the change is an improvement", "%(size)s better") % {"size": size}
        if is_better
        else pgettext("the change is for the worse", "%(size)s worse") % {"size": size},
        tail,
    )


@register.simple_tag
def bullet(v, t=None, p=None, b1=None, b2=None, kind="", label="", thin=False):
    """A value (v) against goal (t), pace (p) and benchmark bands (b1, b2), all in percent of the scale.

    Kinds: "" higher is better, "rev" lower is better, "flat" no bands.
    """
    shares = {"b1": b1, "b2": b2, "v": v, "t": t, "p": p}
    shares = {key: float(share) for key, share in shares.items() if share not in (None, "")}
    if "b1" not in shares or "b2" not in shares:
        kind = "flat"
    style = [f"--{key}:{share:.1f}%" for key, share in shares.items()]
    marks = "".join(mark for key, mark in (("v", "<i></i>"), ("p", "<u></u>"), ("t", "<b></b>")) if key in shares)
    return format_html(
        '<span class="bullet{}{}" style="{}" {}>{}</span>',
        " " + kind if kind else "",
        " thin" if thin else "",
        ";".join(style),
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),  # noqa: S308
        mark_safe(marks),  # noqa: S308  (constants above)
    )


@register.inclusion_tag("_components/spark.html")
def spark(values, label="", width=104, height=40, provisional=False, direction="", bounds=None):
    """A sparkline of `values`, oldest first; see crm/spark.py."""
    drawing = draw_spark(
        values or [],
        width=width,
        height=height,
        provisional=bool(provisional),
        direction=direction,
        bounds=bounds or None,
    )
    return {"spark": drawing, "label": label}


@register.simple_tag(takes_context=True)
def face(context, person, size=""):
    """A person's initials in a circle; your own in the accent colour."""
    if not person:
        return ""
    reader = getattr(context.get("request"), "user", None)
    is_me = reader is not None and getattr(person, "pk", None) is not None and person == reader
    return format_html(
        '<span class="face{}{}" title="{}" aria-hidden="true">{}</span>',
        " " + size if size else "",
        " me" if is_me else "",
        person,
        formats.initials(person),
    )


@register.simple_tag(takes_context=True)
def person(context, user):
    """Face and short name, for table cells; — where there is nobody."""
    if not user:
        return format_html('<span class="faint">{}</span>', formats.DASH)
    return format_html(
        '<span class="person">{}<span class="soft">{}</span></span>', face(context, user), formats.short_name(user)
    )


# Lists


@register.simple_tag(takes_context=True)
def sort(context, key, label, end=False, initial=""):
    """A sortable column head: the first click sorts, the second reverses. Reads and writes `?sort=`."""
    request = context["request"]
    now = request.GET.get("sort", initial)
    wanted = f"-{key}" if now == key else key
    state, glyph = "none", ""
    if now.lstrip("-") == key:
        is_reversed = now.startswith("-")
        state, glyph = ("ascending", " ↑") if is_reversed else ("descending", " ↓")
    return format_html(
        '<th scope="col" aria-sort="{}"{}><a href="{}">{}{}</a></th>',
        state,
        mark_safe(' class="end"') if end else "",  # noqa: S308
        query(context, sort=wanted, after=None, before=None),
        label,
        glyph,
    )


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """This page's address with some parameters changed; None removes one."""
    parameters = context["request"].GET.copy()
    for key, new in changes.items():
        if new in (None, ""):
            parameters.pop(key, None)
        else:
            parameters[key] = new
    return "?" + parameters.urlencode()


# The shell


@register.inclusion_tag("_components/nav.html", takes_context=True)
def navigation(context):
    """The sidebar's entries by section; set-up has its own page, which keeps the sidebar quiet."""
    shell = _shell(context)
    sections = [section for section in _sections(context) if section["key"] != registry.SETUP]
    return shell | {"sections": sections, "saved_views": _saved_views(shell)}


@register.inclusion_tag("_components/tabbar.html", takes_context=True)
def tabbar(context):
    """The phone's tab bar: the first four pages meant for it, then "More"."""
    shell = _shell(context)
    entries = [_entry(entry, shell, badge=False) for entry in registry.navs(shell["user"]) if entry.phone][:4]
    return shell | {"entries": entries, "more_url": registry.page_url("more")}


@register.inclusion_tag("_components/keys.html", takes_context=True)
def keys_help(context):
    """The dialog that `?` opens; the scripts go by its links, so a letter belongs to the first page that has it."""
    user = context["request"].user
    navs, creates = {}, {}
    for entry in registry.navs(user):
        navs.setdefault(entry.letter, entry)
    for entry in registry.creates(user):
        creates.setdefault(entry.key, entry)
    return {"navs": navs.values(), "creates": creates.values()}


@register.simple_tag(takes_context=True)
def nav_sections(context, key=None):
    """The navigation's sections (or one of them) with their entries, for the pages More and Settings."""
    return [section for section in _sections(context) if key in (None, section["key"])]


@register.simple_tag
def optional_url(name):
    """The address of a page, or nothing where it is not mounted."""
    return registry.page_url(name)


@register.simple_tag
def marked(label, query):
    """The label with the typed words in bold, where they begin a word."""
    words = [re.escape(word) for word in str(query or "").split()]
    if not words:
        return label
    pieces = re.split(rf"(?i)\b({'|'.join(words)})", str(label))
    return format_html_join(
        "", "{}", ((format_html("<b>{}</b>", piece) if index % 2 else piece,) for index, piece in enumerate(pieces))
    )


@register.simple_tag
def demo():
    return settings.DEMO


@register.filter
def undo_url(message):
    """The address that takes the action of a notice back."""
    extra = message.extra_tags or ""
    return extra.removeprefix(notices.UNDO) if extra.startswith(notices.UNDO) else ""


@register.simple_tag
def languages():
    """(code, its own name) of every language of the product."""
    return [("en", "English"), ("es", "Español"), ("fr", "Français")]


def _shell(context):
    request = context["request"]
    return {"request": request, "user": request.user, "path": request.path}


def _saved_views(shell):
    """The user's own views of the lists in the sidebar; a list's name is the key of its page."""
    pages = {entry.key: entry.url for entry in registry.navs(shell["user"])}
    views = SavedView.objects.filter(owner=shell["user"], list_name__in=pages).order_by("name")[:MOST_VIEWS]
    here = shell["request"].get_full_path()
    return [
        {"name": view.name, "url": url, "on": url == here}
        for view in views
        for url in [f"{pages[view.list_name]}?{view.query}"]
    ]


def _sections(context):
    shell = _shell(context)
    sections = []
    for section, label in registry.SECTIONS.items():
        entries = [_entry(entry, shell) for entry in registry.navs(shell["user"], section)]
        if entries:
            sections.append({"key": section, "label": label, "entries": entries})
    return sections


def _entry(entry, shell, *, badge=True):
    url = entry.url
    is_on = shell["path"] == url or (url != "/" and shell["path"].startswith(url))
    return {
        "key": entry.key,
        "label": entry.label,
        "url": url,
        "icon": entry.icon,
        "letter": entry.letter,
        "on": is_on,
        "badge": entry.badge(shell["user"]) if badge and entry.badge else None,
    }
