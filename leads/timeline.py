"""How the events of selling read on a timeline."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.timeline import assigned, edited
from crm import formats, registry
from crm.timeline import Line
from leads.models import Lead


def stage_label(key):
    return str(Lead.Stage(key).label).lower() if key in Lead.Stage.values else key


def lead_added(event):
    lead = event.subject
    source = _("from %(source)s") % {"source": lead.source} if lead.source else ""
    return Line(_("Lead created"), source)


def lead_moved(event):
    ends = {"before": stage_label(event.data.get("from", "")), "after": stage_label(event.data.get("to", ""))}
    return Line(event.subject, _("moved from %(before)s to %(after)s") % ends, body=event.data.get("reason", ""))


def lead_converted(event):
    return Line(event.subject, _("converted to an account"), pill={"text": _("Converted"), "tone": "good"})


def lead_disqualified(event):
    pill = {"text": _("Disqualified"), "tone": ""}
    return Line(event.subject, _("disqualified"), body=event.data.get("reason", ""), pill=pill)


def lead_scored(event):
    score = event.data.get("to")
    text = _("given back to the rules") if score is None else _("set to %(score)s by hand") % {"score": score}
    return Line(_("Score"), text)


def lead_contacted(event):
    if not event.data.get("at"):
        return Line(_("First contact taken back"))
    took = dt.datetime.fromisoformat(event.data["at"]) - event.subject.created_at
    return Line(
        _("First answer"), _("after %(time)s") % {"time": formats.duration(max(0, took.total_seconds()))}, says_by=True
    )


def amounts_in_words(event):
    """Values are stored in cents and read in euros."""
    changes = event.data.get("changes", {})
    if "value" not in changes:
        return edited(event)
    deal = event.subject
    old, new = (formats.money(value, deal.currency) for value in changes["value"])
    return Line(deal, _("now worth %(new)s, was %(old)s") % {"new": new, "old": old})


def deal_added(event):
    value = {"value": formats.money(event.data.get("value", 0), event.subject.currency)}
    return Line(event.subject, _("opened, worth %(value)s a year") % value)


def deal_moved(event):
    ends = {"before": event.data.get("from", ""), "after": event.data.get("to", "")}
    return Line(event.subject, _("moved from %(before)s to %(after)s") % ends)


def deal_won(event):
    value = formats.money(event.data.get("value", 0), event.subject.currency)
    return Line(event.subject, _("won, %(value)s a year") % {"value": value}, pill={"text": _("Won"), "tone": "good"})


def deal_lost(event):
    return Line(event.subject, _("lost"), body=event.data.get("reason", ""), pill={"text": _("Lost"), "tone": "bad"})


def activity_logged(event):
    """What somebody did, as it stands now."""
    activity = event.subject
    title = activity.get_kind_display()
    if activity.minutes:
        title = _("%(kind)s, %(minutes)s min") % {"kind": title, "minutes": activity.minutes}
    parts = [activity.subject] if activity.subject else []
    if activity.contact:
        parts.append(_("with %(name)s") % {"name": activity.contact})
    return Line(title, " ".join(parts), body=activity.body, icon=activity.kind)


def task_line(text):
    def say(event):
        return Line(event.subject, text)

    return say


def task_rescheduled(event):
    new = event.data.get("changes", {}).get("due_on", [None, None])[1]
    text = _("moved to %(day)s") % {"day": formats.day(dt.date.fromisoformat(new))} if new else _("moved")
    return Line(event.subject, text)


def register():
    """Kind, icon, text, group."""
    for kind, icon, text, group in [
        ("lead.added", "leads", lead_added, "change"),
        ("lead.edited", "edit", amounts_in_words, "change"),
        ("lead.assigned", "assign", assigned, "change"),
        ("lead.moved", "leads", lead_moved, "change"),
        ("lead.disqualified", "disqualify", lead_disqualified, "change"),
        ("lead.reopened", "undo", gettext_lazy("reopened"), "change"),
        ("lead.converted", "convert", lead_converted, "change"),
        ("lead.scored", "scoring", lead_scored, "change"),
        ("lead.contacted", "check", lead_contacted, "change"),
        ("lead.trashed", "trash", gettext_lazy("moved to the trash"), "change"),
        ("lead.restored", "undo", gettext_lazy("brought back"), "change"),
        ("deal.added", "deals", deal_added, "money"),
        ("deal.edited", "edit", amounts_in_words, "change"),
        ("deal.assigned", "assign", assigned, "change"),
        ("deal.moved", "deals", deal_moved, "change"),
        ("deal.won", "won", deal_won, "money"),
        ("deal.lost", "lost", deal_lost, "money"),
        ("deal.reopened", "undo", gettext_lazy("reopened"), "change"),
        ("deal.contacted", "check", gettext_lazy("first contact noted"), "change"),
        ("deal.trashed", "trash", gettext_lazy("moved to the trash"), "change"),
        ("deal.restored", "undo", gettext_lazy("brought back"), "change"),
        ("activity.edited", "edit", edited, "change"),
        ("task.added", "tasks", task_line(gettext_lazy("planned")), "change"),
        ("task.edited", "edit", edited, "change"),
        ("task.assigned", "assign", assigned, "change"),
        ("task.completed", "check", task_line(gettext_lazy("done")), "talk"),
        ("task.reopened", "undo", task_line(gettext_lazy("reopened")), "change"),
        ("task.rescheduled", "clock", task_rescheduled, "change"),
    ]:
        registry.timeline(kind, icon, text, group=group)
    registry.timeline("activity.logged", "note", activity_logged, group="talk")
