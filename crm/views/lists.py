"""The page of a list: table and two-line rows, filters, saved views, bulk actions, edits in place, export.

A noun's view is ``class LeadListView(ListView): list_class = LeadList``. GET shows; POST does what its ``action`` says:
``export``, ``save_view``, ``delete_view``, or one of the list's actions on the rows in ``ids`` (or the one row in
``one``). Everything works without JavaScript; htmx gets the fragment it asked for.
"""

from contextlib import suppress

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from crm import formats, notices
from crm.exceptions import Forbidden, Invalid
from crm.exports import csv_response
from crm.filters import LARGEST, BadQuery
from crm.lists import List
from crm.models import SavedView

MOST_ROWS = 200


class ListView(LoginRequiredMixin, View):
    list_class: type[List]
    template_name = "crm/list.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.list_class.is_open_to(request.user):
            raise Forbidden(_("Your role does not include this page."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if "ask" in request.GET:
            return self.ask(request, request.GET.get("ask"), request.GET.getlist("ids"))
        listing = self.list_class(request.user, request.GET, is_page=True)
        if request.htmx and not request.htmx.boosted and listing.query.panel:
            return render(request, "crm/_list_filters.html", self.filter_context(listing))
        is_partial = request.htmx and request.htmx.target == "list"
        context = self.get_context_data(listing)
        response = render(request, "crm/_list.html" if is_partial else self.template_name, context)
        response["Vary"] = "HX-Request"
        return response

    def post(self, request, *args, **kwargs):
        match request.POST.get("action", ""):
            case "export":
                return self.export(request)
            case "save_view":
                return self.save_view(request)
            case "delete_view":
                return self.delete_view(request)
            case key:
                return self.act(request, key)

    # Showing

    def get_context_data(self, listing: List) -> dict:
        request, query = self.request, listing.query
        page = listing.page
        return {
            "title": _capital(listing.title),
            "list": listing,
            "query": query,
            "columns": listing.columns,
            "rows": [row(record, listing, request.user) for record in page.rows],
            "chips": listing.chips(),
            "tabs": listing.tabs(saved_views(listing)),
            "saved": saved_view(listing),
            "filter_url": listing.url(panel="filters") if listing.filters else "",
            "next_url": listing.url(after=page.next) if page.next else "",
            "first_url": listing.url() if query.after else "",
            "summary": summary(listing),
            "actions": [
                {"label": action.label, "value": action.key, "key": action.letter}
                for action in listing.available_actions()
            ],
            "create_url": _optional(listing.create_url),
            "import_url": _optional(listing.import_url),
            "may_export": listing.may_export(),
        } | (self.filter_context(listing) if query.panel else {})

    def filter_context(self, listing: List) -> dict:
        given = listing.query.given
        fields = []
        for part in listing.filters:
            inputs = [(part.name + suffix, suffix, given.get(part.name + suffix, [])) for suffix in part.suffixes]
            fields.append({"filter": part, "inputs": inputs, "options": list(part.options(self.request.user))})
        return {"list": listing, "query": listing.query, "filter_fields": fields, "close_url": listing.url()}

    # Doing

    def ask(self, request, key, ids):
        """What an action needs to know: in the cell for htmx, on a page of its own otherwise."""
        listing = self.list_class(request.user)
        action = listing.action(key)
        records = self.changeable(request, ids)
        context = {
            "title": action.label,
            "action": action,
            "records": records,
            "options": list(action.options(request.user)) if action.options else [],
            "list_title": _capital(listing.title),
            "back_url": request.path,
        }
        is_cell = request.htmx and not request.htmx.boosted and len(records) == 1
        return render(request, "crm/_list_cell.html" if is_cell else "crm/list_ask.html", context)

    def act(self, request, key):
        listing = self.list_class(request.user)
        action = listing.action(key)
        ids = [request.POST["one"]] if request.POST.get("one") else request.POST.getlist("ids")
        value = request.POST.get("value", "")
        if action.options and "value" not in request.POST:
            return self.ask(request, key, ids)
        if action.options and value not in {str(option) for option, _label in action.options(request.user)}:
            raise Invalid(_("“%(value)s” is not one of the choices.") % {"value": value[:60]})
        records = self.changeable(request, ids)
        with transaction.atomic():
            said = action.run(records, value, request.user)
        text, undo_url = said if isinstance(said, tuple) else (said, "")
        if request.htmx and request.POST.get("one"):
            return self.changed_row(request, records[0].pk)
        if undo_url:
            notices.undoable(request, text, undo_url)
        elif text:
            notices.say(request, text, tone="good")
        return redirect(self.back(request))

    def changeable(self, request, ids) -> list:
        """The rows in question: 404 where one is invisible, 403 where one may only be read."""
        numbers = {
            int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST
        }
        if not numbers or len(numbers) > MOST_ROWS:
            raise Invalid(
                _("Please select between 1 and %(most)s records.") % {"most": MOST_ROWS}, code="bad_selection"
            )
        model = self.list_class.model
        if model.objects.visible_to(request.user).filter(pk__in=numbers).count() < len(numbers):
            raise Http404
        records = list(model.objects.changeable_by(request.user).filter(pk__in=numbers).order_by("pk"))
        if len(records) < len(numbers):
            raise Forbidden(_("You may see some of these records, but not change them."))
        return records

    def changed_row(self, request, pk):
        listing = self.list_class(request.user)
        record = listing.base().filter(pk=pk).first()
        if record is None:  # given away to somebody whose records one does not see
            return HttpResponse("")
        context = {"list": listing, "row": row(record, listing, request.user), "columns": listing.columns}
        return render(request, "crm/_list_row.html", context)

    def export(self, request):
        listing = self.list_class(request.user, request.GET, is_page=True)
        if not listing.may_export():
            raise Forbidden(_("Your role may not export records."))
        return csv_response(listing, by=request.user)

    def save_view(self, request):
        listing = self.list_class(request.user, request.GET, is_page=True)
        name, query = request.POST.get("name", "").strip(), listing.url()[1:]
        if not name or len(name) > 80:
            raise Invalid(_("Please give the view a name of at most 80 letters."), fields={"name": [_("Required.")]})
        if len(query) > 2000:
            raise Invalid(_("This view has too many filters to be saved."))
        view, _is_new = SavedView.objects.update_or_create(
            owner=request.user,
            list_name=listing.name,
            name=name,
            defaults={"query": query, "is_shared": request.POST.get("is_shared") == "on"},
        )
        notices.say(request, _("The view “%(name)s” is saved.") % {"name": name}, tone="good")
        return redirect(f"{request.path}?{query}{'&' if query else ''}saved={view.pk}")

    def delete_view(self, request):
        pk = request.POST.get("id", "")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        views = SavedView.objects.visible_to(request.user).filter(list_name=self.list_class.name)
        view = get_object_or_404(views, pk=pk)
        if view.owner_id != request.user.pk:
            raise Forbidden(_("Only its owner can delete a shared view."))
        view.delete()
        notices.say(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect(request.path)

    def back(self, request):
        """The list as it was; `ask` and the rows asked about are over."""
        with suppress(BadQuery):
            return request.path + self.list_class(request.user, request.GET, is_page=True).url()
        return request.path


def row(record, listing, reader) -> dict:
    first = listing.columns[0]
    offered = {action.key for action in listing.available_actions()}
    cells = [
        {"html": cell(column, record, reader), "column": column, "edit": column.edit if column.edit in offered else ""}
        for column in listing.columns
    ]
    return {
        "record": record,
        "cells": cells,
        "url": record.get_absolute_url() if hasattr(record, "get_absolute_url") else "",
        "notes": [
            cell["html"]
            for cell in cells
            if cell["column"].phone == "note" and strip_tags(cell["html"]).strip() != formats.DASH
        ],
        "ends": [cell["html"] for cell in cells if cell["column"].phone == "end"],
        "name": first.link(record, first.value_of(record)) if first.kind == "name" else cells[0]["html"],
        "sub": first.sub_of(record),
    }


def cell(column, record, reader):
    if not column.template:
        return column.cell(record, reader)
    context = {"record": record, "value": column.value_of(record), "reader": reader}
    return mark_safe(render_to_string(column.template, context).strip())  # noqa: S308 it comes from a template


def saved_views(listing):
    return list(SavedView.objects.visible_to(listing.user).filter(list_name=listing.name).order_by("name")[:12])


def saved_view(listing) -> str:
    return listing.query.saved if listing.query.saved.isascii() and listing.query.saved.isdigit() else ""


def summary(listing: List) -> str:
    """ "50 of 1,000+" """
    (count, has_more), here = listing.count, len(listing.page.rows)
    text = formats.number(count) + ("+" if has_more else "")
    if here == count and not has_more:
        return ngettext("%(count)s record", "%(count)s records", count) % {"count": text}
    return _("%(here)s of %(count)s") % {"here": formats.number(here), "count": text}


def _capital(text) -> str:
    text = str(text)
    return text[:1].upper() + text[1:]


def _optional(url_name) -> str:
    try:
        return reverse(url_name) if url_name else ""
    except NoReverseMatch:
        return ""
