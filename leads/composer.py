"""What somebody can write above the timeline of a record: a note, a call, a mail, a meeting, a task."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from leads.forms.activities import ComposerForm
from leads.forms.tasks import TaskComposerForm
from leads.models import Deal

KINDS = [
    ("note", _("Note"), ""),
    ("call", _("Call"), "c"),
    ("mail", _("Mail"), "m"),
    ("meeting", _("Meeting"), ""),
    ("task", _("Task"), "t"),
]


def compose(record, user, kind="", *, is_guest=False):
    """The tabs and the form of the chosen kind. On the pages of other apps (`is_guest`) the tabs lead, without a
    script, to pages of their own."""
    kind = kind if kind in {key for key, _label, _letter in KINDS} else "note"
    about = about_of(record)
    if kind == "task":
        form = TaskComposerForm(user=user, initial=about)
    else:
        form = ComposerForm(user=user, initial=about | {"kind": kind})
    fragment = f"{reverse('activity_composer')}?{record._meta.model_name}={record.pk}"
    tabs = [
        {
            "label": label,
            "letter": letter,
            "on": key == kind,
            "url": page_of(key, about) if is_guest else f"?show=timeline&log={key}#composer",
            "fragment_url": f"{fragment}&kind={key}",
        }
        for key, label, letter in KINDS
    ]
    action = reverse("task_create" if kind == "task" else "activity_create")
    return {"kind": kind, "form": form, "tabs": tabs, "action": action, "next": record.get_absolute_url()}


def page_of(kind, about):
    """The page on which such an entry is written by itself."""
    query = "&".join(f"{name}={pk}" for name, pk in about.items() if pk)
    return (
        f"{reverse('task_create')}?{query}" if kind == "task" else f"{reverse('activity_create')}?kind={kind}&{query}"
    )


def about_of(record):
    """The values of a task's or activity's "about" fields on the page of a record."""
    about = {record._meta.model_name: record.pk}
    if isinstance(record, Deal):
        about |= {"account": record.account_id, "contact": record.contact_id}
    if isinstance(record, Contact):
        about |= {"account": record.account_id}
    return about
