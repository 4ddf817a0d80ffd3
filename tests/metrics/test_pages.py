"""The pages of numbers: who sees which, what they say, and that their cost does not grow with the records."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.actions import subscriptions
from crm.models import Event
from leads.actions import deals
from metrics import engine
from metrics.actions import goals
from metrics.models import Goal
from metrics.wording import example_words
from tests.factories.accounts import AccountFactory
from tests.factories.deals import DealFactory
from tests.factories.leads import LeadFactory
from tests.factories.subscriptions import ProductFactory
from tests.factories.users import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory(name="North")


@pytest.fixture
def rep(team):
    return UserFactory(roles=["rep"], team=team, name="Nadia Ferrand")


@pytest.fixture
def stranger():
    return UserFactory(roles=["rep"], team=TeamFactory(name="South"), name="Tom Okafor")


@pytest.fixture
def manager(team):
    return UserFactory(roles=["manager"], team=team)


@pytest.fixture
def admin():
    return UserFactory(roles=["admin"])


def won(owner, value, name="Deal"):
    deal = DealFactory(owner=owner, account=AccountFactory(owner=owner), value=value, name=name, product=None)
    return deals.win(deal, by=owner)


def page(client, user, address):
    client.force_login(user)
    return client.get(address)


def test_a_rep_sees_own_numbers_only(client, rep, stranger):
    won(rep, 100_00)
    won(stranger, 7_777_00)
    answer = page(client, rep, reverse("dashboard"))
    assert answer.status_code == 200
    tiles = {str(tile["name"]): tile for tile in answer.context["tiles"]}
    assert tiles["Revenue won"]["value"] == 100
    assert "7,777" not in answer.content.decode()
    assert answer.context["segments"] == []


@pytest.mark.parametrize("query", ["?owner={stranger}", "?team={team}"])
def test_a_rep_is_refused_other_segments(client, rep, stranger, query):
    query = query.format(stranger=stranger.pk, team=stranger.team_id)
    assert page(client, rep, reverse("dashboard") + query).status_code == 403
    assert page(client, rep, reverse("kpi_detail", args=["revenue_won"]) + query).status_code == 403


def test_a_number_that_has_no_owner_is_hidden_from_reps(client, rep):
    assert page(client, rep, reverse("kpi_detail", args=["cac"])).status_code == 404
    slugs = {row["url"] for group in page(client, rep, reverse("kpi_list")).context["groups"] for row in group["rows"]}
    assert not any("/cac/" in url for url in slugs)


def test_the_manager_sees_the_company_and_the_part_of_the_records_they_may(client, manager, rep, stranger):
    mine, theirs = won(rep, 100_00, "Mine"), won(stranger, 300_00, "Theirs")
    answer = page(client, manager, reverse("kpi_detail", args=["revenue_won"]))
    assert answer.context["figure"].value == 400
    rows = [row[0]["text"] for row in answer.context["records"]["rows"]]
    assert rows == [mine.name] and theirs.name not in answer.content.decode()
    assert "€400" in answer.context["records"]["sum"] and "€100" in answer.context["records"]["sum"]


def test_every_kpi_has_a_page_with_and_without_records(client, admin):
    for kpi in engine.catalogue():
        assert page(client, admin, reverse("kpi_detail", args=[kpi.slug])).status_code == 200, kpi.slug
    won(admin, 100_00)
    LeadFactory(owner=admin)
    account = AccountFactory(owner=admin)
    subscriptions.start(account, ProductFactory(billing="monthly", price=100_00), by=admin, on=dt.date(2026, 1, 10))
    for kpi in engine.catalogue():
        for part in kpi.parts:
            answer = page(client, admin, reverse("kpi_detail", args=[kpi.slug]) + f"?part={part}")
            assert answer.status_code == 200, (kpi.slug, part)


@pytest.mark.parametrize(
    "query",
    [
        "?grain=fortnight",
        "?start=yesterday",
        "?start=0001-01-01",
        "?owner=abc",
        "?team=99999999999999999999",
        "?by=password",
        "?part=x",
        "?after=-1",
    ],
)
def test_what_makes_no_sense_is_a_clear_400(client, admin, query):
    answer = page(client, admin, reverse("kpi_detail", args=["win_rate"]) + query)
    assert answer.status_code == 400


def test_unknown_numbers_are_404(client, admin):
    assert page(client, admin, reverse("kpi_detail", args=["happiness"])).status_code == 404


def test_the_cost_of_the_dashboard_does_not_grow(client, admin, rep, django_assert_max_num_queries):
    won(rep, 100_00)
    with django_assert_max_num_queries(200) as few:
        page(client, admin, reverse("dashboard"))
    for _ in range(3):
        won(UserFactory(roles=["rep"]), 100_00)
        LeadFactory(owner=rep)
    with django_assert_max_num_queries(len(few)):
        page(client, admin, reverse("dashboard"))


def test_tiles_lead_to_the_records(client, admin):
    deal = won(admin, 250_00, "Lantern Works")
    dashboard = page(client, admin, reverse("dashboard"))
    tile = next(tile for tile in dashboard.context["tiles"] if str(tile["name"]) == "Win rate")
    assert deal.get_absolute_url() in client.get(tile["url"]).content.decode()


def goal_form(**changes):
    today = dt.date.today()
    month = today.replace(day=1)
    return {
        "kpi": "revenue_won",
        "period": f"month:{month}",
        "target": "absolute",
        "amount": "500",
        "segment": "",
        "baseline": "100",
    } | changes


def test_a_goal_is_set_shown_changed_and_trashed(client, rep):
    won(rep, 300_00)
    client.force_login(rep)
    answer = client.post(reverse("goal_create"), goal_form(segment=f"owner:{rep.pk}"))
    goal = Goal.objects.get()
    assert answer.url == goal.get_absolute_url()
    shown = client.get(goal.get_absolute_url())
    assert shown.context["standing"]["actual"] == 300 and shown.context["standing"]["progress"] == 0.5
    client.post(reverse("goal_edit", args=[goal.pk]), goal_form(segment=f"owner:{rep.pk}", amount="900"))
    goal.refresh_from_db()
    assert goal.target_value == 900
    client.post(reverse("goal_trash", args=[goal.pk]))
    assert not Goal.objects.visible_to(rep).exists()


@pytest.mark.parametrize("amount", ["", "much", "12 apples"])
def test_a_goal_needs_a_number(client, rep, amount):
    client.force_login(rep)
    answer = client.post(reverse("goal_create"), goal_form(segment=f"owner:{rep.pk}", amount=amount))
    assert answer.status_code == 422 and "amount" in answer.context["form"].errors
    assert not Goal.objects.exists()


def test_nobody_sets_goals_for_others(client, rep, stranger, manager):
    events = Event.objects.count()
    foreign = (
        (rep, "", 403),
        (rep, f"owner:{stranger.pk}", 422),
        (manager, "", 403),
        (manager, f"team:{stranger.team_id}", 422),
    )
    for user, segment, status in foreign:
        client.force_login(user)
        assert client.post(reverse("goal_create"), goal_form(segment=segment)).status_code == status
    assert (Goal.objects.count(), Event.objects.count()) == (0, events)


def test_goals_of_others_do_not_exist(client, rep, stranger, admin):
    client.force_login(admin)
    client.post(reverse("goal_create"), goal_form())
    goal = Goal.objects.get()
    for user in (rep, stranger):
        assert page(client, user, goal.get_absolute_url()).status_code == 404
        assert client.post(reverse("goal_trash", args=[goal.pk])).status_code == 404
    assert Goal.objects.alive().exists()


def test_a_months_goal_is_not_held_against_a_quarter(client, rep):
    won(rep, 300_00)
    client.force_login(rep)
    client.post(reverse("goal_create"), goal_form(segment=f"owner:{rep.pk}"))
    address = reverse("kpi_detail", args=["revenue_won"])
    assert client.get(address + "?grain=month").context["goal"]["name"] == "Revenue won €500"
    assert client.get(address + "?grain=quarter").context["goal"] is None


def test_worked_examples_have_the_readers_numbers():
    kpi = engine.find("cltv_retention_weighted")
    assert example_words(kpi) == "100 × 4 × 5 × 0.8 = 1,600"
    with translation.override("fr"):
        assert example_words(kpi) == "100 × 4 × 5 × 0,8 = 1\N{NARROW NO-BREAK SPACE}600"


def test_a_manager_sees_people_of_their_own_team_only(client, manager, rep, stranger, admin):
    won(rep, 100_00)
    won(stranger, 300_00)
    address = reverse("kpi_detail", args=["revenue_won"])
    assert [row["label"] for row in page(client, manager, address).context["split_rows"]] == [rep.name]
    assert page(client, manager, f"{address}?owner={stranger.pk}").status_code == 400
    assert {row["label"] for row in page(client, admin, address).context["split_rows"]} == {rep.name, stranger.name}
    goal = goals.add(
        kpi="revenue_won", dimension="owner", member=str(stranger.pk), starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2027, 1, 1), target="absolute", target_value=1, by=admin,
    )  # fmt: skip
    assert page(client, manager, goal.get_absolute_url()).status_code == 404
