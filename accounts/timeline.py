"""How the events of accounts and what they buy read on a timeline."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Movement
from crm import formats, registry
from crm.timeline import Line

MOST_FIELDS = 4
SHORT = 60  # a reason of at most so many letters stands in the line itself


def assigned(event):
    names = event.people
    before, after = names.get(event.data.get("from")), names.get(event.data.get("to"))
    if before and after:
        text = _("from %(before)s to %(after)s") % {"before": before, "after": after}
    else:
        text = _("to %(name)s") % {"name": after} if after else _("to nobody")
    return Line(_("Owner changed"), text, url="")


def edited(event):
    """The fields that changed, one with its old and new value."""
    changes, meta = event.data.get("changes", {}), event.subject._meta
    labels = [_label(meta, name) for name in list(changes)[:MOST_FIELDS]]
    if len(changes) == 1:
        old, new = next(iter(changes.values()))
        text = _("%(field)s from %(old)s to %(new)s") % {"field": labels[0], "old": _short(old), "new": _short(new)}
    else:
        text = ", ".join(labels) + (" …" if len(changes) > MOST_FIELDS else "")
    return Line(_("%(name)s edited") % {"name": event.subject}, text)


def _label(meta, name):
    try:
        return str(meta.get_field(name).verbose_name)
    except LookupError:
        return name


def _short(value):
    text = str(value if value not in (None, "") else "—")
    return text if len(text) <= 60 else text[:59] + "…"


def first_paid(event):
    after = event.data.get("after")
    if not after:
        return Line(_("No longer a customer"), _("nothing was ever paid"))
    return Line(_("Became a customer"), _("first paid on %(day)s") % {"day": _day(after)})


def _day(text):
    return formats.day(dt.date.fromisoformat(text), year=True)


def contact_added(event):
    return Line(event.subject, _("added as a contact"))


def moved(event, verb="", said=""):
    """What a step did to MRR: "Expansion +€149 MRR", "Team plan, third site, from €298 to €447"."""
    subscription, movements = event.subject, event.data.get("movements", [])
    amount = sum(movement["amount"] for movement in movements)
    reason = str(event.data.get("reason") or "")
    if not amount:
        return Line(subscription.product, verb, body=reason)
    after = event.data.get("mrr", 0)
    change = {
        "kind": said or Movement.Kind(movements[-1]["kind"]).label,
        "amount": formats.signed_mrr(amount, subscription.currency),
    }
    levels = {
        "from": formats.mrr(after - amount, subscription.currency),
        "to": formats.mrr(after, subscription.currency),
    }
    parts = [str(subscription.product), reason if len(reason) <= SHORT else "", _("from %(from)s to %(to)s") % levels]
    on = dt.date.fromisoformat(movements[-1]["on"])
    if on != formats.local_date(event.at):
        parts.append(_("as of %(day)s") % {"day": formats.day(on)})
    text = ", ".join(part for part in parts if part)
    return Line(_("%(kind)s %(amount)s MRR") % change, text, body=reason if len(reason) > SHORT else "")


def step(verb, said=""):
    return lambda event: moved(event, verb, said)


def scheduled(event):
    reason = str(event.data.get("reason") or "")
    text = _("on %(day)s") % {"day": _day(event.data["on"])}
    if reason and len(reason) <= SHORT:
        text += f", {reason}"
    pill = {"text": Movement.Cause(event.data["cause"]).label, "tone": "warn"} if event.data.get("cause") else None
    title = _("Cancellation of %(plan)s scheduled") % {"plan": event.subject.product}
    return Line(title, text, body=reason if len(reason) > SHORT else "", pill=pill)


def ordered(event):
    order = event.subject
    title = _("%(kind)s of %(amount)s") % {
        "kind": order.get_kind_display(),
        "amount": formats.money(abs(order.amount), order.currency),
    }
    parts = [str(order.product or ""), order.note if len(order.note) <= SHORT else ""]
    if order.on != formats.local_date(event.at):
        parts.append(_("as of %(day)s") % {"day": formats.day(order.on)})
    return Line(title, ", ".join(part for part in parts if part), body=order.note if len(order.note) > SHORT else "")


def withdrawn(event):
    return Line(_("Order taken back"), formats.money(event.data.get("amount"), event.data.get("currency") or "EUR"))


def register():
    put = registry.timeline
    put("account.added", "accounts", gettext_lazy("Account added"))
    put("account.edited", "edit", edited)
    put("account.assigned", "assign", assigned)
    put("account.first_paid", "won", first_paid, group="money")
    put("account.trashed", "trash", gettext_lazy("Moved to the trash"))
    put("account.restored", "undo", gettext_lazy("Brought back from the trash"))
    put("contact.added", "contacts", contact_added)
    put("contact.edited", "edit", edited)
    put("contact.trashed", "trash", gettext_lazy("Moved to the trash"))
    put("contact.restored", "undo", gettext_lazy("Brought back from the trash"))
    put("product.added", "products", gettext_lazy("Product added"))
    put("product.edited", "edit", edited)
    put("subscription.started", "subscriptions", step(gettext_lazy("trial started")), group="money")
    put("subscription.changed", "movements", step(gettext_lazy("changed")), group="money")
    put("subscription.paused", "pause", step(gettext_lazy("paused")), group="money")
    put("subscription.reactivated", "play", step(gettext_lazy("reactivated")), group="money")
    put("subscription.cancelled", "close", step(gettext_lazy("cancelled")), group="money")
    put("subscription.cancellation_scheduled", "calendar", scheduled, group="money")
    put("subscription.kept", "undo", gettext_lazy("cancellation taken back"), group="money")
    put("subscription.past_due", "warning", gettext_lazy("is past due: a charge failed"), group="money")
    put("subscription.paid", "check", gettext_lazy("was paid after all"), group="money")
    put("subscription.trial_ended", "play", step(gettext_lazy("trial ended")), group="money")
    put("subscription.corrected", "redo", step(gettext_lazy("corrected"), gettext_lazy("Correction")), group="money")
    put("subscription.withdrawn", "undo", step(gettext_lazy("taken back"), gettext_lazy("Taken back")), group="money")
    put("order.added", "orders", ordered, group="money")
    put("order.charged", "orders", ordered, group="money")
    put("order.refunded", "undo", ordered, group="money")
    put("order.withdrawn", "undo", withdrawn, group="money")
