"""What follows from events here: customers are stamped, scores renewed, people told. Each reads the present state."""

from crm.events import on


@on("account.first_paid")
def stamp_customers(event):
    from accounts.models import Account  # leaf
    from leads.actions import customers

    if account := Account.objects.filter(pk=event.subject_id).first():
        customers.stamp(account)


@on("activity.trashed", "activity.restored")
def restamp_first_contact(event):
    from leads.actions import activities  # leaf
    from leads.models import Activity

    activity = Activity.objects.filter(pk=event.subject_id).select_related("lead").first()
    if activity and activity.lead:
        activities.restamp(activity.lead)


@on("activity.logged", "activity.trashed", "activity.restored")
def rescore_lead(event):
    from leads.actions import scoring  # leaf
    from leads.models import Activity

    activity = Activity.objects.filter(pk=event.subject_id).select_related("lead__source", "lead__product").first()
    if activity and activity.lead and activity.lead.is_open:
        scoring.rescore(activity.lead)


@on("score_rule.*")
def rescore_open_leads(event):
    from leads.actions import scoring  # leaf

    scoring.rescore_open()


@on("deal.trashed", "deal.restored")
def restamp_customers(event):
    from leads.actions import customers  # leaf
    from leads.models import Deal

    deal = Deal._base_manager.filter(pk=event.subject_id).select_related("account").first()
    if deal and deal.account:
        customers.stamp(deal.account)


@on("deal.won")
def tell_team(event):
    """Everybody in the deal's team and its owner, but for the one who won it."""
    from accounts.models import User  # leaf
    from leads.models import Deal

    deal = Deal.objects.won().filter(pk=event.subject_id).first()
    if deal:
        people = User.objects.filter(is_active=True)
        team = people.filter(team=deal.team_id) if deal.team_id else people.none()
        managing = people.filter(managed_teams=deal.team_id) if deal.team_id else people.none()
        found = {*team.values_list("pk", flat=True), *managing.values_list("pk", flat=True), deal.owner_id}
        notify(found, event)


@on("lead.assigned", "deal.assigned", "task.assigned")
def tell_owner(event):
    """The one it was handed to, if they still have it."""
    from django.apps import apps  # leaf

    record = apps.get_model(event.subject_label)._base_manager.filter(pk=event.subject_id, trashed_at=None).first()
    if record and record.owner_id == event.data.get("to"):
        notify({record.owner_id}, event)


def notify(user_ids, event):
    """A line for each of them but the actor; a second run adds none."""
    from accounts.models import User  # leaf
    from crm.models import Notification

    found = User.objects.filter(pk__in=user_ids, is_active=True).exclude(pk=event.by_id)
    Notification.objects.bulk_create([Notification(user=user, event=event) for user in found], ignore_conflicts=True)
