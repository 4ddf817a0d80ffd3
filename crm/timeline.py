"""The timeline of a record: what happened to it and to what belongs to it, newest first.

Reads `Event` by subject and by context. An entry whose subject the reader may not see is left out by the same rule as
lists (`visible_to`), asked once per model. What an event says is registered by its app:

    registry.timeline("deal.won", icon="won", text=deal_won, group="money")

where `deal_won(event)` returns a sentence or a `Line`; it finds the record at `event.subject`, already loaded,
and the names of owners at `event.people`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import formats, registry
from crm.exceptions import Invalid
from crm.keyset import Keyset
from crm.models import Event
from crm.policy import NOTHING

SIZE = 25
SEGMENTS = {  # key → label, and the groups of the registry it shows
    "talks": (gettext_lazy("Talks"), {"talk", "mail"}),
    "tickets": (gettext_lazy("Tickets"), {"ticket"}),
    "surveys": (gettext_lazy("Surveys"), {"survey"}),
    "money": (gettext_lazy("Money"), {"money"}),
    "changes": (gettext_lazy("Changes"), {"change"}),
}
ALWAYS = {"talks", "money", "changes"}


@dataclass(frozen=True)
class Line:
    """How an event reads: a bold title, grey text behind it, a state, and what somebody wrote."""

    title: Any
    text: Any = ""
    url: str | None = None  # None: the subject's own page
    body: str = ""
    pill: dict | None = None  # {"text": …, "tone": …}
    says_by: bool = False  # the text already names the person
    icon: str = ""  # where it depends on the event; otherwise the kind's


@dataclass(frozen=True)
class Entry:
    at: Any
    day: Any
    icon: str
    title: Any
    url: str
    text: Any
    body: str
    pill: dict | None


class Timeline:
    """One page of a record's timeline, for one reader."""

    def __init__(self, record, user, *, segment: str = "", older: str = "", url: str = "", size: int = 0):
        if segment and segment not in SEGMENTS:
            raise Invalid(
                _("There is no such part of the timeline."), code="bad_query", fields={"segment": [segment[:60]]}
            )
        self.record, self.user, self.segment, self.url = record, user, segment, url
        self.is_continued = bool(older)
        page = Keyset(events_of(record, user, segment), ["-at"], name="timeline").page(older, size or SIZE)
        self.next = page.next
        self.entries = entries(page.rows, record, user)

    def items(self) -> list[dict]:
        """The segments: everything, and the parts that can have entries here."""
        used = {kind.group for kind in registry.timeline_kinds()}
        items = [{"label": _("Everything"), "url": self.address(), "on": not self.segment}]
        for key, (label, groups) in SEGMENTS.items():
            if key in ALWAYS or groups & used:
                items.append({"label": label, "url": self.address(segment=key), "on": self.segment == key})
        return items

    def address(self, **parameters) -> str:
        return f"{self.url}?{urlencode({'show': 'timeline'} | parameters)}"

    @property
    def older_url(self) -> str:
        if not self.next:
            return ""
        return self.address(older=self.next, **({"segment": self.segment} if self.segment else {}))


def events_of(record, user, segment=""):
    """The events on a record's timeline that this reader may see, not yet sorted."""
    label = record._meta.label_lower
    mine = Q(subject_label=label, subject_id=record.pk)
    about = Event.objects.filter(mine | Q(context_label=label, context_id=record.pk))
    visible = mine
    for other in about.exclude(mine).values_list("subject_label", flat=True).distinct():
        visible |= _visible(other, user)
    events = about.filter(visible).select_related("by")
    return events.filter(_of_segment(segment)) if segment else events


def _visible(label, user):
    """Events about the records of one model that this reader may see."""
    model = _model(label)
    if model is None:
        return NOTHING
    return Q(subject_label=label) & Q(Exists(model.objects.visible_to(user).filter(pk=OuterRef("subject_id"))))


def _of_segment(segment):
    groups = SEGMENTS[segment][1]
    kinds = {kind.kind: kind.group for kind in registry.timeline_kinds()}
    if "change" in groups:  # kinds nobody registered read as changes too
        return ~Q(kind__in=[kind for kind, group in kinds.items() if group not in groups])
    return Q(kind__in=[kind for kind, group in kinds.items() if group in groups])


def _model(label):
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if hasattr(model.objects, "visible_to") else None


def entries(events: Iterable[Any], record, user) -> list[Entry]:
    """Events as they read, their subjects fetched in one query per model."""
    events = list(events)
    subjects, people = _subjects(events, record, user), _people(events)
    made = []
    for event in events:
        event.people = people
        event.subject = subjects.get((event.subject_label, event.subject_id))
        if event.subject is not None:
            made.append(_entry(event, record))
    return made


def _subjects(events, record, user):
    own = record._meta.label_lower
    wanted: dict[str, set[int]] = {}
    for event in events:
        wanted.setdefault(event.subject_label, set()).add(event.subject_id)
    found = {(own, record.pk): record}
    for label, ids in wanted.items():
        model = _model(label)
        ids = ids - {record.pk} if label == own else ids
        if model is None or not ids:
            continue
        related = [field.name for field in model._meta.fields if field.many_to_one]
        rows = model.objects.visible_to(user).filter(pk__in=ids).select_related(*related)
        found |= {(label, row.pk): row for row in rows}
    return found


def _people(events):
    """Names of the owners that changes of owner speak of, by id: `event.people`."""
    ids = {event.data.get(end) for event in events if event.kind.endswith(".assigned") for end in ("from", "to")} - {
        None
    }
    return {person.pk: str(person) for person in get_user_model().objects.filter(pk__in=ids)} if ids else {}


def _entry(event, record):
    kind = registry.timeline_kind(event.kind)
    said = kind.say(event)
    line = said if isinstance(said, Line) else _line(said, event, record)
    url = line.url
    if url is None:
        is_here = event.subject == record
        url = "" if is_here or not hasattr(event.subject, "get_absolute_url") else event.subject.get_absolute_url()
    text = line.text
    if event.by and not line.says_by:
        by = _("by %(person)s") % {"person": event.by}
        text = f"{text}, {by}" if text else by
    return Entry(
        event.at, formats.local_date(event.at), line.icon or kind.icon, line.title, url, text, line.body, line.pill
    )


def _line(said, event, record):
    """A bare sentence: the title of what happened here, or what happened to the record it names."""
    return Line(capfirst(str(said))) if event.subject == record else Line(str(event.subject), said)
