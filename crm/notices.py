"""Short notices after an action, with an undo instead of an "are you sure?" before it.

    notices.say(request, _("Saved."))
    notices.undoable(request, _("Norrby Cycles moved to Lost."), reverse("deal_restore", args=[deal.pk]))

The undo address is posted to by a button; without JavaScript it is a plain form.
"""

from django.contrib import messages

UNDO = "undo:"


def say(request, text, *, tone=""):
    """Show a notice on this or the next page; tones: good, warn, bad."""
    level = {"good": messages.SUCCESS, "warn": messages.WARNING, "bad": messages.ERROR}.get(tone, messages.INFO)
    messages.add_message(request, level, text)


def undoable(request, text, undo_url):
    """Show a notice whose button takes the action back."""
    messages.add_message(request, messages.INFO, text, extra_tags=UNDO + undo_url)
