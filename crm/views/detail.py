"""The page of one record: facts left, timeline right, blocks that higher apps hung in.

A noun's page is a subclass and a template that extends `crm/detail.html`:

    class AccountDetailView(RecordView):
        model = Account
        related = ("owner", "team")

        def facts(self):
            return [(_("Industry"), self.record.industry), …]

The same address answers htmx: `?older=…` gives more of the timeline, `?panel=deals` one block; without JavaScript
both are links to the whole page with that part opened. `?show=timeline` is the phone's second segment.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import View

from crm import policy, registry
from crm.timeline import Timeline

TOP = ("next_step", "composer")  # panels with these keys have places of their own in crm/detail.html


class RecordView(LoginRequiredMixin, View):
    model: Any = None
    related: tuple[str, ...] = ()
    template_name = ""  # by default templates/<app>/<model>_detail.html
    has_timeline = True

    def get(self, request, pk):
        if request.htmx and not request.htmx.boosted:
            if request.GET.get("older") and self.has_timeline:
                return render(request, "crm/_timeline_page.html", {"timeline": self.timeline})
            if "panel" in request.GET:
                return render(request, "crm/_panel.html", {"panel": self.panel(request.GET["panel"])})
        return render(request, self.template, self.context())

    @property
    def template(self):
        meta = self.model._meta
        return self.template_name or f"{meta.app_label}/{meta.model_name}_detail.html"

    def queryset(self):
        return self.model.objects.visible_to(self.request.user).select_related(*self.related)

    @cached_property
    def record(self):
        return get_object_or_404(self.queryset(), pk=self.kwargs["pk"])

    @cached_property
    def may_change(self):
        return policy.may(self.request.user, policy.WRITE, self.record)

    @cached_property
    def timeline(self):
        query = self.request.GET
        return Timeline(
            self.record,
            self.request.user,
            segment=query.get("segment", ""),
            older=query.get("older", ""),
            url=self.request.path,
        )

    def facts(self):
        """Pairs of label and value, or triples with an address, for the block "Facts"."""
        return []

    def context(self):
        """Everything the template needs; subclasses add to it."""
        name = self.model._meta.model_name
        return {
            name: self.record,
            "record": self.record,
            "title": str(self.record),
            "may_change": self.may_change,
            "facts": self.facts(),
            "timeline": self.timeline if self.has_timeline else None,
            "show": "timeline" if self.request.GET.get("show") == "timeline" else "facts",
        } | self.panels()

    # What higher apps hung in

    def panels(self):
        """Blocks in the facts column, loaded after the page, and those above the timeline, rendered with it."""
        label, user = self.model._meta.label, self.request.user
        opened = self.request.GET.get("panel", "")
        side = [
            self.rendered(entry) if entry.key == opened and entry.loader else self.announced(entry)
            for entry in registry.panels(label, user, side=True)
        ]
        above = {entry.key: self.rendered(entry) for entry in registry.panels(label, user, side=False)}
        top = {key: above.pop(key, None) for key in TOP}
        return top | {"side_panels": side, "above_panels": list(above.values())}

    def announced(self, entry):
        url = reverse(entry.url_name, args=[self.record.pk]) if entry.url_name else f"?panel={entry.key}"
        return {"key": entry.key, "title": entry.title, "url": url, "fallback": url + f"#panel-{entry.key}", "html": ""}

    def rendered(self, entry):
        """A block's HTML; None where its loader has nothing to show."""
        context = entry.loader(self.record, self.request.user)
        if context is None:
            return None
        html = render_to_string(entry.template, {"record": self.record} | context, request=self.request)
        return {"key": entry.key, "title": entry.title, "html": html}

    def panel(self, key):
        for entry in registry.panels(self.model._meta.label, self.request.user):
            if entry.key == key and entry.loader:
                return self.rendered(entry)
        raise Http404
