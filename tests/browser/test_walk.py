"""The main job end to end in a real browser: from a new lead to the records behind a manager's number."""

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from crm.models import Company
from leads.actions import pipelines
from leads.models import Deal
from metrics.actions import goals, snapshots
from tests.factories import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    ProductFactory,
    SubscriptionFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)


@pytest.fixture
def team(transactional_db):
    Company.forget()
    pipelines.ensure_default()
    ProductFactory(name="Team plan", price=49000)
    yield TeamFactory(name="North")
    Company.forget()


@pytest.fixture
def rep(team):
    return UserFactory(name="Nadia Ferrand", email="nadia@example.test", roles=["rep"], team=team)


@pytest.fixture
def manager(team):
    return UserFactory(name="Marta Ruiz", email="marta@example.test", roles=["manager"], team=team)


@pytest.fixture
def goal(manager):
    """€10,000 won this year, nothing yet."""
    year = Company.current().today().year
    period = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year + 1, 1, 1)}
    return goals.add(kpi="revenue_won", name="Ten thousand", target_value=10_000, baseline=0, by=manager, **period)


def sign_in(page, user):
    page.goto("/auth/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", "password")
    page.locator("[data-password-login]").click()
    page.wait_for_url(re.compile(r"^(?!.*login)"))


def sign_out(page):
    page.goto("/auth/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/**")


def tile(page, name):
    return page.locator(".tiles .tile").filter(has_text=name)


def test_from_a_new_lead_to_the_records_behind_the_number(browser_page, rep, manager, goal):
    page = browser_page
    LeadFactory(owner=manager, by=manager)
    snapshots.catch_up()
    sign_in(page, manager)
    page.goto("/dashboard/?grain=year")
    expect(tile(page, "Average deal value")).to_contain_text("—")
    page.goto(goal.get_absolute_url())
    expect(tile(page, "Progress").locator(".tile-value")).to_have_text(re.compile(r"^0\s*%$"))
    sign_out(page)

    deal = sell(page, rep)

    snapshots.catch_up()
    sign_in(page, manager)
    page.goto("/dashboard/?grain=year")
    expect(tile(page, "Average deal value")).to_contain_text("€5,880")
    tile(page, "Average deal value").click()
    expect(page.get_by_role("heading", name="Average deal value", level=1)).to_be_visible()
    expect(page.locator(".kpi-big")).to_contain_text("€5,880")
    expect(page.locator("section[aria-labelledby=h-published] tbody tr").first).to_contain_text("€5,880")
    page.locator("#records tbody a.name", has_text="Olivar Ceramics · Team plan").click()
    page.wait_for_url(f"**{deal.get_absolute_url()}")

    page.goto("/dashboard/?grain=year")
    tile(page, "MRR").filter(has_text=re.compile("€490")).first.click()
    page.locator("#records tbody a.name", has_text="Olivar Ceramics").click()
    page.wait_for_url(f"**{deal.account.get_absolute_url()}")
    expect(page.get_by_role("heading", name="Olivar Ceramics", level=1)).to_be_visible()

    page.goto("/goals/")
    expect(page.locator(".goal-row")).to_contain_text("€5,880")
    page.get_by_role("link", name="Ten thousand").click()
    expect(tile(page, "Now")).to_contain_text("€5,880")
    expect(tile(page, "Progress").locator(".tile-value")).to_have_text(re.compile(r"^58\.8\s*%$"))


def sell(page, rep):
    """A rep's work: a lead comes in, is called, qualified, converted, moved on the board and won."""
    sign_in(page, rep)
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
    page.get_by_role("button", name="Qualify").click()
    expect(page.locator(".pill", has_text="Qualified").first).to_be_visible()
    page.get_by_role("link", name="Convert").click()
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", name="Olivar Ceramics · Team plan")).to_be_visible()
    deal = Deal.objects.get()
    page.goto("/deals/")
    page.locator(f".deal[data-id='{deal.pk}']").focus()
    for stage in ("Demo", "Proposal"):
        with page.expect_response(lambda answer: answer.url.endswith("/move/") and answer.ok):
            page.keyboard.press("ArrowRight")
        expect(page.locator(f".lane[aria-label='{stage}'] .deal")).to_have_count(1)
    with page.expect_response(lambda answer: answer.url.endswith("/win/") and answer.ok):
        page.keyboard.press("w")
    expect(page.locator("#lane-won")).to_contain_text("€5,880")
    sign_out(page)
    return deal


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_way(browser_page, manager, goal, theme):
    page = browser_page
    own = {"owner": manager, "by": manager}
    account = AccountFactory(city="Porto", **own)
    ContactFactory(account=account, by=manager)
    SubscriptionFactory(account=account, by=manager)
    lead = LeadFactory(name="Rafael Ibarra", company_name="Granja Soler", email="r@granja.example", **own)
    ActivityFactory(lead=lead, by=manager, body="Good talk")
    deal = DealFactory(account=account, value=588000, **own)
    TaskFactory(deal=deal, **own)
    snapshots.catch_up()
    page.emulate_media(color_scheme=theme)
    page.goto("/auth/login/")
    assert serious(page) == []
    sign_in(page, manager)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    numbers = ("/dashboard/", "/kpis/mrr/", "/kpis/win_rate/", "/goals/", goal.get_absolute_url())
    for url in ("/", "/leads/", lead.get_absolute_url(), "/deals/", account.get_absolute_url(), *numbers):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert (url, serious(page)) == (url, [])
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
