"""The frame of every page in a real browser: keys, palette, theme, phone, and what axe finds."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from crm import registry

REFUSAL = '<div class="notice bad" role="alert" data-notice><span>Somebody was faster.</span></div>'
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def signed_in(browser_page, settings, monkeypatch, transactional_db):
    settings.DEMO = True
    monkeypatch.setattr(registry, "_navs", {})
    registry.nav("settings", "Settings page", "settings", "settings", order=10, phone=True, letter="s")
    registry.nav("guide", "Style guide", "styleguide", "board", order=20, phone=True, letter="u")
    monkeypatch.setattr(registry, "_creates", {})
    registry.create("More", "more", "m")
    User.objects.create_user("admin@demo.test", "demo", roles=["admin"], name="Nadia Ferrand")
    browser_page.goto("/auth/login/?next=/styleguide/")
    browser_page.get_by_role("button", name="admin@demo.test").click()
    browser_page.wait_for_url(re.compile(r"^(?!.*login)"))
    browser_page.goto("/styleguide/")
    return browser_page


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_palette_finds_and_opens_by_key(signed_in):
    page = signed_in
    page.keyboard.press("/")
    page.keyboard.type("settings p")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_keys_go_to_pages_and_show_their_list(signed_in):
    page = signed_in
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Style guide")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    page.keyboard.press("m")
    page.wait_for_url("**/more/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/settings/")


def test_rows_are_selected_by_key_and_counted(signed_in):
    page = signed_in
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    page.get_by_label("Select all").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("3")


def test_theme_changes_at_once_and_stays(signed_in):
    page = signed_in
    page.locator(".side-user").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert User.objects.get().theme == "dark"


def test_language_is_switched_from_the_menu(signed_in):
    page = signed_in
    page.locator(".side-user").click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_a_notice_offers_undo_by_key(signed_in):
    page = signed_in
    page.goto("/styleguide/?notice=1")
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("[data-notice]")).to_have_count(0)


def test_charts_are_drawn_in_the_tokens_of_the_theme(signed_in):
    expect(signed_in.locator("[data-chart] svg")).to_have_count(3)


def test_a_card_moves_by_key_and_by_drag_and_comes_back_when_refused(signed_in):
    page = signed_in
    card, demo, won = (
        page.locator("[data-id='Kestrel Foods']"),
        page.locator("[data-stage='2']"),
        page.locator("[data-kind=won]"),
    )
    card.focus()
    with page.expect_request(lambda request: request.method == "POST") as moved:
        page.keyboard.press("ArrowRight")
    assert moved.value.post_data == "stage=2"
    expect(demo.locator(".deal")).to_have_count(2)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("[data-id='Norrby Cycles']").drag_to(won.locator("[data-cards]"))
    expect(won.locator(".deal")).to_have_count(1)
    page.route("**/styleguide/", lambda route: route.fulfill(status=409, body=REFUSAL))
    card.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#notices")).to_contain_text("faster")
    expect(demo.locator(".deal")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_axe_finds_nothing_serious(signed_in, theme, size):
    page = signed_in
    page.emulate_media(color_scheme=theme)
    if size == "phone":
        page.set_viewport_size(PHONE)
    for path in ("/styleguide/", "/settings/", "/more/", "/search/?q=set", "/auth/2fa/"):
        page.goto(path)
        assert (path, serious(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sign_in_has_nothing_serious_either(browser_page, theme):
    browser_page.emulate_media(color_scheme=theme)
    browser_page.goto("/auth/login/")
    assert serious(browser_page) == []


def test_phone_has_a_tab_bar_instead_of_the_sidebar(signed_in):
    page = signed_in
    page.set_viewport_size(PHONE)
    expect(page.locator(".side")).to_be_hidden()
    page.get_by_role("navigation", name="Main, phone").get_by_role("link", name="More").click()
    page.wait_for_url("**/more/")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
