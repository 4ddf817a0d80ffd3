"""Who works here, what is sold, where leads come from and what makes one promising."""

from dataclasses import dataclass, field

from accounts.actions import products, users
from accounts.models.product import Billing
from crm.models import Company
from leads.actions import pipelines, scoring, sources

PASSWORD = "demo"

TEAMS = {  # name: (region, markets)
    "Iberia": ("Spain and Portugal", ("ES", "PT", "IT")),
    "France & Benelux": ("France, Belgium, Netherlands", ("FR", "BE", "NL", "GB")),
    "DACH": ("Germany and Austria", ("DE", "AT")),
}
PEOPLE = (  # name, address, roles, team, language
    ("Inés Robledo", "admin@demo.test", ("admin",), None, "en"),
    ("Marta Quiroga", "manager@demo.test", ("manager",), "Iberia", "en"),
    ("Lucía Ferrer", "rep@demo.test", ("rep",), "Iberia", "en"),
    ("Noor Verhulst", "agent@demo.test", ("agent",), None, "en"),
    ("Pablo Urrutia", "pablo.urrutia@demo.test", ("rep",), "Iberia", "es"),
    ("Tiago Seabra", "tiago.seabra@demo.test", ("rep",), "Iberia", "es"),
    ("Camille Vasseur", "camille.vasseur@demo.test", ("rep",), "France & Benelux", "fr"),
    ("Wout Claes", "wout.claes@demo.test", ("rep",), "France & Benelux", "fr"),
    ("Katrin Seidel", "katrin.seidel@demo.test", ("rep", "manager"), "DACH", "en"),
    ("Felix Böhme", "felix.boehme@demo.test", ("rep",), "DACH", "en"),
)
MANAGERS = {"Iberia": "manager@demo.test", "France & Benelux": "manager@demo.test", "DACH": "katrin.seidel@demo.test"}

PLANS = {"Starter": 160_00, "Team": 490_00, "Scale": 1_440_00}  # a month; the year costs ten months
SOURCES = (  # name, key, marketing, weight, how much likelier than usual its leads go on
    ("Website", "website", False, 26, 1.0),
    ("Google Ads", "google-ads", True, 22, 0.75),
    ("LinkedIn", "linkedin", True, 14, 0.9),
    ("Webinar", "webinar", True, 9, 1.1),
    ("Trade fair", "trade-fair", True, 9, 1.15),
    ("Referral", "referral", False, 11, 1.7),
    ("Partner", "partner", False, 9, 1.45),
)
RULES = (
    ("source", "is", "referral", 20, "Comes recommended"),
    ("source", "is", "partner", 15, "Comes by a partner"),
    ("employees", "at_least", "50", 20, "50 people or more"),
    ("employees", "at_most", "4", -10, "Fewer than five people"),
    ("title", "contains", "manager", 15, "Decides on the warehouse"),
    ("title", "is", "Owner", 15, "Owns the company"),
    ("title", "contains", "Intern", -20, "Does not decide"),
    ("product", "is", "Scale", 15, "Asks for Scale"),
    ("activities", "at_least", "2", 15, "In conversation"),
    ("email", "known", "", 5, "Left an address"),
)


@dataclass
class House:
    """What every later step needs at hand."""

    company: Company
    people: dict = field(default_factory=dict)  # by address
    reps: dict = field(default_factory=dict)  # by market
    plans: dict = field(default_factory=dict)  # "Team", "Team yearly", …
    onboarding: object = None
    scanners: object = None
    sources: dict = field(default_factory=dict)
    stages: list = field(default_factory=list)

    @property
    def admin(self):
        return self.people["admin@demo.test"]


def open_house():
    company = Company.current()
    company.name, company.time_zone, company.currency = "Tallyard demo", "Europe/Madrid", "EUR"
    company.save()
    house = House(Company.current())
    hire(house)
    offer(house)
    for name, key, is_marketing, *_odds in SOURCES:
        house.sources[key] = sources.add(name=name, key=key, is_marketing=is_marketing, by=house.admin)
    for rule_field, operator, value, points, label in RULES:
        scoring.add_rule(field=rule_field, operator=operator, value=value, points=points, label=label, by=house.admin)
    house.stages = list(pipelines.ensure_default().stages.order_by("position"))
    return house


def hire(house):
    teams = {name: users.add_team(name=name, region=region, by=None) for name, (region, _markets) in TEAMS.items()}
    signs_in = {"admin@demo.test", "manager@demo.test", "rep@demo.test", "agent@demo.test"}
    for name, email, roles, team, language in PEOPLE:
        password = PASSWORD if email in signs_in else None
        house.people[email] = users.add(
            email=email, name=name, roles=roles, team=teams.get(team), language=language, password=password, by=None
        )
    for name, email in MANAGERS.items():
        users.edit_team(teams[name], manager=house.people[email], by=house.admin)
    for name, (_region, markets) in TEAMS.items():
        staff = [house.people[email] for _n, email, roles, team, _l in PEOPLE if team == name and "rep" in roles]
        house.reps |= dict.fromkeys(markets, staff)


def offer(house):
    add = {"by": house.admin}
    for name, price in PLANS.items():
        house.plans[name] = products.add(name=name, family="Plans", price=price, **add)
        yearly = f"{name} yearly"
        house.plans[yearly] = products.add(name=yearly, family="Plans", price=price * 10, billing=Billing.YEARLY, **add)
    house.scanners = products.add(name="Scanner lease", family="Hardware", price=29_00, **add)
    house.onboarding = products.add(
        name="Onboarding",
        family="Services",
        price=1_500_00,
        billing=Billing.ONCE,
        description="Two days on site",
        **add,
    )
