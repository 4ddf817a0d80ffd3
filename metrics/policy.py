"""Who may read and write numbers: companies' for managers and admins, one's own for everybody."""

from django.db.models import Q

from accounts.models import User
from crm.policy import Rule, allow, everything, nothing, own, team
from metrics.models import Expense, Goal, Snapshot

mine = Rule(lambda user: Q(dimension="owner", member=str(user.pk)))
my_teams = Rule(lambda user: Q(dimension="team", member__in=[str(pk) for pk in user.team_ids]))
company = Rule(lambda user: ~Q(dimension="owner"))
my_people = Rule(
    lambda user: Q(
        dimension="owner", member__in=[str(pk) for pk in User.objects.visible_to(user).values_list("pk", flat=True)]
    )
)

allow(Expense, "manager", read=everything, write=everything)
allow(Snapshot, "rep", "agent", read=mine)
allow(Snapshot, "manager", read=company | my_people)
allow(Snapshot, "admin", read=everything, write=nothing)
allow(Goal, "rep", "agent", read=mine, write=mine)
allow(
    Goal,
    "manager",
    read=company | my_people,
    write=mine | my_teams | (Rule(lambda user: ~Q(dimension="")) & (own("owner") | team())),
)
