"""Accounts in a real browser: what htmx adds, and what axe finds on every page at both sizes and in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from accounts.actions import subscriptions
from crm.models import Company
from tests.accounts.people import customer
from tests.factories.users import TeamFactory, UserFactory

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def manager(transactional_db):
    return UserFactory(
        name="Tom Okafor", email="tom@example.test", roles=["manager", "admin"], team=TeamFactory(name="North")
    )


@pytest.fixture
def halberd(manager):
    halberd = customer(manager)
    for price in (130_00, 150_00):
        subscriptions.change(
            halberd.subscription, by=manager, price=price, on=Company.current().today(), reason="seats"
        )
    return halberd


@pytest.fixture
def signed_in(browser_page, manager):
    browser_page.goto("/auth/login/?next=/profile/")
    browser_page.fill("[name=login]", manager.email)
    browser_page.fill("[name=password]", "password")
    browser_page.press("[name=password]", "Enter")
    browser_page.wait_for_url("**/profile/")
    return browser_page


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_a_step_says_what_it_will_do_while_one_fills_it_in(signed_in, halberd):
    page = signed_in
    page.goto(reverse("subscription_change", args=[halberd.subscription.pk]))
    expect(page.locator("#will")).to_contain_text("MRR is €150 now.")
    page.fill("[name=price]", "199")
    page.press("[name=price]", "Tab")
    expect(page.locator("#will")).to_contain_text("MRR goes from €150 to €199 on ")
    page.get_by_role("button", name="Save change").click()
    page.wait_for_url(f"**{halberd.subscription.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("€199")


def test_the_timeline_goes_on_in_place(signed_in, halberd, manager, monkeypatch):
    monkeypatch.setattr("crm.timeline.SIZE", 3)
    page = signed_in
    page.goto(halberd.account.get_absolute_url())
    entries = page.locator("#timeline .tl .ico")
    expect(entries).to_have_count(3)
    page.get_by_role("link", name="Show older").click()
    expect(entries).to_have_count(6)
    while page.get_by_role("link", name="Show older").count():
        page.get_by_role("link", name="Show older").click()
        page.wait_for_load_state("networkidle")
    expect(page.locator("#timeline")).to_contain_text("Account added")


def test_a_field_suggests_accounts(signed_in, halberd):
    page = signed_in
    page.goto(reverse("order_create"))
    page.locator("[name=account]").press_sequentially("halb")
    expect(page.locator("datalist option")).to_have_attribute("value", "Halberd Optics")


def test_trash_and_undo_by_key(signed_in, halberd):
    page = signed_in
    page.goto(halberd.account.get_absolute_url())
    page.locator("main").get_by_label("More").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("#notices")).to_contain_text("Halberd Optics is in the trash.")
    page.wait_for_load_state()
    page.keyboard.press("z")
    page.wait_for_url(f"**{halberd.account.get_absolute_url()}")
    expect(page.locator("#notices")).to_contain_text("Halberd Optics is back.")


@pytest.mark.parametrize(("theme", "size"), [("light", None), ("dark", PHONE)], ids=["light-wide", "dark-phone"])
def test_axe_finds_nothing_serious(signed_in, halberd, manager, theme, size):
    page = signed_in
    if size:
        page.set_viewport_size(size)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    found = {}
    for name, *args in [
        ("account_list",), ("account_detail", halberd.account.pk), ("account_create",), ("contact_list",),
        ("contact_detail", halberd.contact.pk), ("subscription_list",), ("subscription_detail", halberd.subscription.pk),
        ("subscription_start", halberd.account.pk), ("subscription_cancel", halberd.subscription.pk), ("order_list",),
        ("order_detail", halberd.order.pk), ("product_list",), ("product_detail", halberd.subscription.product.pk),
        ("user_list",), ("user_edit", manager.pk), ("profile",),
    ]:  # fmt: skip
        page.goto(reverse(name, args=args))
        page.wait_for_load_state("networkidle")
        found[name] = serious(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
    assert found == dict.fromkeys(found, [])
