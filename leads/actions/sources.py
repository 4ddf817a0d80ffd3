"""Where leads come from: sources and campaigns."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions import records
from crm import events
from crm.exceptions import Invalid
from leads.models import Campaign, Source

CAMPAIGN_FIELDS = ("name", "source", "starts_on", "ends_on", "budget", "description")


@transaction.atomic
def add(*, name, by, key="", is_marketing=False, is_active=True):
    """The key is stamped on accounts and stays when the name changes."""
    key = key or slugify(name)[:60] or "source"
    if Source.objects.filter(name=name).exists():
        raise Invalid(_("There is a source of this name already."), fields={"name": [_("Choose another name.")]})
    if Source.objects.filter(key=key).exists():
        raise Invalid(_("There is a source of this key already."), fields={"key": [_("Choose another key.")]})
    source = records.create(Source(name=name, key=key, is_marketing=is_marketing, is_active=is_active))
    events.record("source.added", source, by=by)
    return source


@transaction.atomic
def edit(source, *, by, **changes):
    if "name" in changes and Source.objects.filter(name=changes["name"]).exclude(pk=source.pk).exists():
        raise Invalid(_("There is a source of this name already."), fields={"name": [_("Choose another name.")]})
    changed = records.change(source, changes, allowed=("name", "is_marketing", "is_active"))
    if changed:
        events.record("source.edited", source, by=by, data={"changes": changed})
    return source


@transaction.atomic
def add_campaign(*, name, by, **fields):
    records.refuse_unknown(fields, CAMPAIGN_FIELDS)
    campaign = Campaign(name=name, **fields)
    refuse_campaign(campaign)
    records.create(campaign)
    events.record("campaign.added", campaign, by=by)
    return campaign


@transaction.atomic
def edit_campaign(campaign, *, by, **changes):
    changed = records.change(campaign, changes, allowed=CAMPAIGN_FIELDS, refuse=refuse_campaign)
    if changed:
        events.record("campaign.edited", campaign, by=by, data={"changes": changed})
    return campaign


def refuse_campaign(campaign):
    if Campaign.objects.filter(name=campaign.name).exclude(pk=campaign.pk).exists():
        raise Invalid(_("There is a campaign of this name already."), fields={"name": [_("Choose another name.")]})
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise Invalid(_("It ends before it starts."), fields={"ends_on": [_("It ends before it starts.")]})
    if campaign.budget is not None and campaign.budget < 0:
        raise Invalid(_("A budget cannot be negative."), fields={"budget": [_("A budget cannot be negative.")]})
