"""A small company in CSV files, with everything a mapping can do, and a picture of what the database then holds."""

from accounts.models import Account, Movement, MrrInterval, Order, RoleGrant, Subscription, User
from leads.models import Deal, DealStageChange, Lead, LeadStageChange

MAPPING = """
name = "company"
namespace = "co"
zone = "Europe/Berlin"
locale = "de_DE"
formats = ["%d.%m.%Y"]

[[table]]
noun = "team"
file = "people.csv"
key = "team"
distinct = true
ignore = ["person", "boss"]
[table.fields]
name = "team"
manager = { column = "boss" }

[[table]]
noun = "user"
file = "people.csv"
key = "person"
[table.fields]
name = "person"
email = { template = "{person|slug}@co.invalid" }
team = "team"
role = { value = "rep" }

[[table]]
noun = "product"
rows = [{ name = "Plan" }]
key = "name"
[table.fields]
name = "name"
price = { value = "100" }

[[table]]
noun = "account"
file = "accounts.csv"
key = "name"
[table.fields]
name = "name"
parent = "parent"
owner = "owner"

[[table]]
noun = "subscription"
file = "subscriptions.csv"
key = "id"
[table.fields]
account = "account"
product = { value = "Plan" }
started_on = "from"
ends_on = "to"
billing = { column = "billed", values = { monatlich = "monthly", "jährlich" = "yearly" } }
price = "price"

[[table]]
noun = "order"
file = "orders.csv"
key = "id"
[table.fields]
account = "account"
on = "on"
amount = "amount"
kind = "kind"

[[table]]
noun = "pipeline"
rows = [{ name = "Verkauf" }]
key = "name"
[table.fields]
name = "name"

[[table]]
noun = "stage"
rows = [{ name = "Demo", position = 1, p = 20 }, { name = "Angebot", position = 2, p = 60 }]
key = "name"
[table.fields]
name = "name"
position = "position"
probability = "p"
pipeline = { value = "Verkauf" }

[[table]]
noun = "lead"
file = "leads.csv"
key = "id"
[table.fields]
name = "name"
created_at = "created"
qualified_at = "qualified"
converted_at = "converted"
account = "account"

[[table]]
noun = "deal"
file = "leads.csv"
key = "id"
skip_blank = ["converted"]
[table.fields]
name = { template = "Deal with {name}" }
account = "account"
lead = "id"
stage = { value = "Angebot" }
created_at = "qualified"
status = { value = "won" }
closed_at = "won"
value = { value = "1.200,50" }
at = { Demo = "qualified", Angebot = "converted" }
"""
ACCOUNTS = 6
LEADS = 30


def files():
    names = [f"A{number}" for number in range(ACCOUNTS)]
    subscriptions = ["id,account,from,to,billed,price"]
    for name in names:
        subscriptions += [
            f'{name}-1,{name},01.01.2024,01.03.2024,monatlich,"1.000,00"',
            f'{name}-2,{name},01.02.2024,01.04.2024,jährlich,"1.200,00"',
            f"{name}-3,{name},01.06.2024,,monatlich,50",
        ]
    leads = ["id,name,created,qualified,converted,won,account"]
    for number in range(LEADS):
        later = ",05.01.2024,08.01.2024,10.01.2024,A" + str(number % ACCOUNTS) if number % 3 == 0 else ",,,,"
        leads.append(f"{number},Lead {number},02.01.2024{later}")
    return {
        "people.csv": "person,team,boss\nAnn,North,Bob\nBob,South,Bob\nCy,North,Bob\n",
        "accounts.csv": "name,parent,owner\n"
        + "".join(f"{name},{'A5' if name == 'A0' else ''},Ann\n" for name in names),
        "subscriptions.csv": "\n".join(subscriptions),
        "orders.csv": 'id,account,on,amount,kind\n1,A0,03.12.2023,"99,90",purchase\n2,A0,04.12.2023,10,refund\n',
        "leads.csv": "\n".join(leads),
    }


def picture():
    """Everything that was written, without primary keys and the moment of writing."""
    subscription, lead, deal = "subscription__external_id", "lead__external_id", "deal__external_id"
    wanted = {
        User: ["external_id", "name", "team__name", "team__manager__name"],
        RoleGrant: ["user__external_id", "role"],
        Account: ["external_id", "status", "mrr", "first_paid_on", "parent__name", "owner__name", "team__name"],
        Subscription: ["external_id", "account__name", "status", "mrr", "price", "started_on", "ends_on"],
        Movement: [subscription, "account__name", "kind", "on", "amount", "product__name"],
        MrrInterval: [subscription, "account__name", "start_on", "end_on", "mrr", "product__name"],
        Order: ["external_id", "account__name", "on", "amount", "kind"],
        Lead: ["external_id", "stage", "account__name", "created_at", "created_on", "converted_on", "customer_on"],
        LeadStageChange: [lead, "from_stage", "to_stage", "at", "on"],
        Deal: [
            "external_id",
            "lead__name",
            "account__name",
            "status",
            "value",
            "probability",
            "closed_on",
            "stage_since",
        ],
        DealStageChange: [deal, "from_stage__name", "to_stage__name", "status", "value", "probability", "at", "on"],
    }
    return {
        model.__name__: sorted(map(repr, model._base_manager.values_list(*fields))) for model, fields in wanted.items()
    }
