import pytest
from django.urls import reverse

from accounts.models import Order, Subscription
from leads.actions import deals, pipelines
from leads.models import Deal, DealStageChange
from tests.accounts.people import cast, state
from tests.factories import AccountFactory, ContactFactory, DealFactory, ProductFactory, TaskFactory
from tests.leads.test_lead_pages import get, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


@pytest.mark.parametrize(
    "name", ["deal_move", "deal_assign", "deal_win", "deal_lose", "deal_reopen", "deal_trash", "deal_edit"]
)
@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("other_manager", 404), ("teammate", 403), ("agent", 404)]
)
def test_refused_changes_write_nothing(client, people, name, who, status):
    deal = DealFactory(owner=people.owner, by=people.owner)
    stage = pipelines.ensure_default().stages.last()
    before = state(Deal, DealStageChange, Subscription, Order)
    data = {"stage": stage.pk, "owner": people.teammate.pk, "reason": "No", "name": "Changed"}
    assert post(client, getattr(people, who), name, deal.pk, data=data).status_code == status
    assert state(Deal, DealStageChange, Subscription, Order) == before


def test_a_deal_is_created_and_edited(client, people):
    account, product = AccountFactory(owner=people.owner), ProductFactory()
    contact = ContactFactory(account=account)
    stage = pipelines.ensure_default().stages.first()
    data = {"name": "First", "account": account.name, "contact": contact.pk, "product": product.pk, "quantity": "2",
            "value": "1,200", "stage": stage.pk, "owner": people.owner.pk}  # fmt: skip
    response = post(client, people.owner, "deal_create", data=data | {"account": account.pk})
    deal = Deal.objects.get()
    assert response.url == deal.get_absolute_url()
    assert (deal.value, deal.quantity, deal.contact, deal.owner) == (120000, 2, contact, people.owner)
    post(
        client,
        people.owner,
        "deal_edit",
        deal.pk,
        data=data | {"account": account.pk, "value": "1,500", "name": "Second"},
    )
    deal.refresh_from_db()
    assert (deal.value, deal.name) == (150000, "Second")


def test_a_contact_of_another_account_is_refused(client, people):
    account, other = AccountFactory(owner=people.owner), ContactFactory()
    stage = pipelines.ensure_default().stages.first()
    data = {
        "name": "First",
        "account": account.pk,
        "contact": other.pk,
        "quantity": "1",
        "stage": stage.pk,
        "owner": people.owner.pk,
    }
    response = post(client, people.owner, "deal_create", data=data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["contact"]


def test_win_lose_and_reopen(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner, value=50000, product=ProductFactory(price=1000))
    post(client, people.owner, "deal_win", deal.pk)
    deal.refresh_from_db()
    assert (deal.status, deal.subscription is not None) == ("won", True)
    assert post(client, people.owner, "deal_win", deal.pk).status_code == 409
    post(client, people.owner, "deal_reopen", deal.pk)
    deal.refresh_from_db()
    assert deal.status == "open"
    assert post(client, people.owner, "deal_lose", deal.pk, data={"reason": ""}).status_code == 422
    response = post(client, people.owner, "deal_lose", deal.pk, data={"reason": "Price", "next": reverse("deal_board")})
    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason, response.url) == ("lost", "Price", reverse("deal_board"))


def test_page_of_a_won_deal_leads_to_what_it_started(client, people):
    mine = {"owner": people.owner, "by": people.owner, "account": AccountFactory(owner=people.owner)}
    recurring = DealFactory(product=ProductFactory(price=1000), **mine)
    once = DealFactory(value=700_00, product=None, **mine)
    for deal in (recurring, once):
        deals.win(deal, by=people.owner)
    started, order = recurring.subscription, once.order
    client.force_login(people.owner)
    assert started.get_absolute_url() in client.get(recurring.get_absolute_url()).content.decode()
    page = client.get(once.get_absolute_url()).content.decode()
    assert order.get_absolute_url() in page and "700" in page


def test_next_stays_on_this_site(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner)
    response = post(
        client, people.owner, "deal_lose", deal.pk, data={"reason": "Price", "next": "https://elsewhere.example/"}
    )
    assert response.url == deal.get_absolute_url()


def test_a_deal_moves_within_its_pipeline_only(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner)
    elsewhere = pipelines.add_stage(pipelines.add(name="Other", by=None), name="There", by=None)
    assert post(client, people.owner, "deal_move", deal.pk, data={"stage": elsewhere.pk}).status_code == 404
    assert post(client, people.owner, "deal_move", deal.pk, data={"stage": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(client, people, count, django_assert_max_num_queries):
    for _each in range(count):
        deal = DealFactory(owner=people.owner, by=people.owner, value=100)
        TaskFactory(deal=deal, owner=people.owner, by=people.owner)
    get(client, people.owner, "deal_list")
    with django_assert_max_num_queries(10):
        client.get(reverse("deal_list"))


# The board


def test_the_board_adds_up_what_the_reader_sees(client, people):
    stages = list(pipelines.ensure_default().stages.order_by("position"))
    DealFactory(owner=people.owner, by=people.owner, value=100_00, stage=stages[0])
    DealFactory(owner=people.owner, by=people.owner, value=200_00, stage=stages[0])
    DealFactory(owner=people.owner, by=people.owner, value=500_00, stage=stages[2])
    DealFactory(owner=people.stranger, by=people.stranger, value=999_00, stage=stages[0], name="CANARY")
    won = DealFactory(owner=people.owner, by=people.owner, value=700_00)
    deals.win(won, by=people.owner)
    response = get(client, people.owner, "deal_board")
    board = response.context["board"]
    assert [(lane.count, lane.value) for lane in board.lanes] == [(2, 300_00), (0, 0), (1, 500_00), (0, 0)]
    assert (board.count, board.value, board.weighted) == (3, 800_00, sum(lane.weighted for lane in board.lanes))
    assert (board.won["count"], board.won["value"]) == (1, 700_00)
    assert "CANARY" not in response.content.decode()


def test_lanes_are_capped_and_say_what_is_left_out(client, people, monkeypatch):
    monkeypatch.setattr("leads.board.CARDS", 2)
    for value in (100, 200, 300):
        DealFactory(owner=people.owner, by=people.owner, value=value)
    lane = get(client, people.owner, "deal_board").context["board"].lanes[0]
    assert (len(lane.cards), lane.count, lane.more, lane.more_value) == (2, 3, 1, 300)


def test_filters_narrow_the_board(client, people):
    DealFactory(owner=people.owner, by=people.owner, value=100)
    DealFactory(owner=people.teammate, by=people.teammate, value=200)
    board = get(client, people.owner, "deal_board", query="?owner=me").context["board"]
    assert (board.count, board.value) == (1, 100)
    assert get(client, people.owner, "deal_board", query="?nonsense=1").status_code in (400, 422)


def test_a_move_answers_with_the_totals_for_the_board(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner, value=100)
    stage = pipelines.ensure_default().stages.order_by("position")[1]
    response = post(
        client, people.owner, "deal_move", deal.pk, data={"stage": stage.pk}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    html = response.content.decode()
    assert f'id="lane-{stage.pk}" hx-swap-oob="true"' in html
    assert "data-undo" in html


def test_cards_move_without_a_script_and_undo_takes_back(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner)
    first, second = pipelines.ensure_default().stages.order_by("position")[:2]
    response = post(
        client, people.owner, "deal_move", deal.pk, data={"stage": second.pk, "next": reverse("deal_board")}
    )
    assert response.url == reverse("deal_board")
    deal.refresh_from_db()
    assert deal.stage == second
    post(client, people.owner, "deal_move", deal.pk, query=f"?stage={first.pk}")
    deal.refresh_from_db()
    assert deal.stage == first


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_asks_a_constant_number_of_questions(client, people, count, django_assert_max_num_queries):
    for _each in range(count):
        deal = DealFactory(owner=people.owner, by=people.owner, value=100)
        TaskFactory(deal=deal, owner=people.owner, by=people.owner)
        deals.win(DealFactory(owner=people.owner, by=people.owner, value=100), by=people.owner)
    get(client, people.owner, "deal_board")
    with django_assert_max_num_queries(14):
        client.get(reverse("deal_board"))
