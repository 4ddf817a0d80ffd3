"""From a new lead to a won deal in a real browser, and what axe finds on the way."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import Subscription
from leads.actions import pipelines
from leads.models import Deal, Lead
from tests.factories import (
    ActivityFactory,
    DealFactory,
    LeadFactory,
    ProductFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def rep(transactional_db):
    pipelines.ensure_default()
    return UserFactory(name="Nadia Ferrand", email="nadia@example.test", roles=["rep"], team=TeamFactory(name="North"))


@pytest.fixture
def page(browser_page, rep):
    browser_page.goto("/auth/login/")
    browser_page.fill("input[name=login]", rep.email)
    browser_page.fill("input[name=password]", "password")
    browser_page.locator("[data-password-login]").click()
    browser_page.wait_for_url(re.compile(r"^(?!.*login)"))
    return browser_page


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_from_a_new_lead_to_a_won_deal(page, rep):
    ProductFactory(name="Team plan", price=49000)
    page.goto("/leads/")
    page.keyboard.press("n")
    page.get_by_label("Name").fill("Ana Brito")
    page.get_by_label("Company").fill("Olivar Ceramics")
    page.get_by_label("Worth a year").fill("5,880")
    page.get_by_label("Product interest").select_option(label="Team plan")
    page.get_by_role("button", name="Save lead").click()
    expect(page.get_by_role("heading", name="Ana Brito", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("c")
    page.get_by_label("Minutes").fill("12")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator(".tl").get_by_text("Call, 12 min")).to_be_visible()
    page.get_by_role("link", name="Convert").click()
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", name="Olivar Ceramics · Team plan")).to_be_visible()
    deal = Deal.objects.get()

    page.goto("/deals/")
    card = page.locator(f".deal[data-id='{deal.pk}']")
    card.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/move/") and answer.ok):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".lane[aria-label='Demo'] .deal")).to_have_count(1)
    expect(page.locator(".lane[aria-label='Demo'] header")).to_contain_text("€5,880")
    with page.expect_response(lambda answer: answer.url.endswith("/win/") and answer.ok):
        page.keyboard.press("w")
    expect(page.locator("#lane-won")).to_contain_text("€5,880")
    deal.refresh_from_db()
    assert (deal.status, Lead.objects.get().stage) == ("won", "converted")
    assert Subscription.objects.get().account == deal.account


def test_completing_a_task_asks_for_the_next_one_in_place(page, rep):
    deal = DealFactory(owner=rep, by=rep, name="Spare parts")
    task = TaskFactory(deal=deal, owner=rep, by=rep, title="Discovery call", kind="call")
    page.goto("/")
    page.get_by_role("button", name="Done: Discovery call").click()
    row = page.locator(f"#task-{task.pk}")
    expect(row).to_contain_text("What happens next?")
    row.get_by_role("button", name="Send offer").click()
    page.wait_for_load_state()
    assert deal.task_set.open().get().title == "Send offer"


def test_owner_and_status_are_changed_in_their_cells(page, rep):
    lead = LeadFactory(owner=rep, name="Rafael Ibarra")
    page.goto("/leads/")
    page.get_by_title("Change Status").click()
    page.locator("select[name=value]").select_option("working")
    expect(page.locator(".pill", has_text="Working").first).to_be_visible()
    lead.refresh_from_db()
    assert lead.stage == "working"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_axe_finds_nothing_serious(page, rep, theme, size):
    lead = LeadFactory(
        owner=rep, name="Rafael Ibarra", company_name="Granja Soler", phone="1", email="r@granja.example"
    )
    ActivityFactory(lead=lead, by=rep, body="Good talk")
    deal = DealFactory(owner=rep, by=rep, value=588000)
    TaskFactory(deal=deal, owner=rep, by=rep)
    if size == "phone":
        page.set_viewport_size(PHONE)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    for url in ("/", "/leads/", lead.get_absolute_url(), "/deals/", deal.get_absolute_url(), "/leads/new/", "/tasks/"):
        page.goto(url)
        assert (url, serious(page)) == (url, [])
