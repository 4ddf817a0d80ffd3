"""Stored scripts in a real browser, where pages put texts together themselves: palette, board, charts."""

from django.core.cache import cache
from playwright.sync_api import expect

from tests.system.house import build
from tests.system.test_security import URLS, poison


def test_no_stored_script_runs_in_the_browser(browser_page, live_server, transactional_db):
    house = build()
    poison()
    cache.clear()
    page, dialogs = browser_page, []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    session = house.clients["admin"].cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    shown = (
        "today",
        "lead_list",
        "lead_detail",
        "deal_board",
        "deal_detail",
        "account_detail",
        "dashboard",
        "goal_detail",
    )
    for name in shown:
        page.goto(house.address(name, URLS[name][0]))
        page.wait_for_load_state("networkidle")
        assert page.locator("img[onerror], [src=x]").count() == 0, name
    page.keyboard.press("/")
    page.keyboard.type("img src")
    expect(page.locator("#palette .hit").first).to_be_visible()
    assert page.locator("img[onerror], [src=x]").count() == 0
    assert dialogs == []
