"""Who may do what with accounts, contacts and what they buy."""

from django.db.models import Q

from accounts.models import Account, Contact, Movement, MrrInterval, Order, Product, RoleGrant, Subscription, Team, User
from crm.policy import WRITE, Rule, allow, everything, nothing, own, team, through

STAFF = ("rep", "agent", "manager")

unowned = Rule(lambda user: Q(owner=None))
own_accounts = Rule(lambda user: Q(account__owner=user.pk))
team_accounts = own_accounts | Rule(lambda user: Q(account__team__in=user.team_ids) | Q(account__owner=None))
colleagues = Rule(lambda user: Q(pk=user.pk) | Q(team__in=user.team_ids))

allow(Account, "rep", read=everything, write=own("owner"))
allow(Account, "agent", read=everything)
allow(Account, "manager", read=everything, write=own("owner") | team() | unowned)
allow(Contact, *STAFF, read=everything)
allow(Contact, "rep", "manager", write=through("account", Account, WRITE))

for model in (Subscription, Order, Movement, MrrInterval):
    allow(model, "rep", read=own_accounts)
    allow(model, "agent", read=everything)
    allow(model, "manager", read=team_accounts, write=team_accounts)

allow(Product, *STAFF, read=everything)
allow(Product, "manager", write=everything)
allow(Team, *STAFF, read=everything, write=nothing)
allow(User, "rep", "manager", read=colleagues)
allow(User, "agent", read=own("pk"))
allow(RoleGrant, *STAFF, read=own("user"))
