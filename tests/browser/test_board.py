"""The board in a real browser: drag, keys, undo, and a refusal that puts the card back."""

from playwright.sync_api import expect

from leads.actions import deals, pipelines
from leads.models import Deal
from tests.browser.test_leads import page, rep
from tests.factories import DealFactory

__all__ = ["page", "rep"]


def lane(page, name):
    return page.locator(f".lane[aria-label='{name}']")


def test_a_deal_is_dragged_and_the_lanes_add_up(page, rep):
    deal = DealFactory(owner=rep, by=rep, value=588000)
    page.goto("/deals/")
    card = page.locator(f".deal[data-id='{deal.pk}']")
    target = lane(page, "Proposal").locator("[data-cards]")
    start, end = card.bounding_box(), target.bounding_box()
    with page.expect_response(lambda answer: answer.url.endswith("/move/") and answer.ok):
        page.mouse.move(start["x"] + 60, start["y"] + 30)
        page.mouse.down()
        page.mouse.move(start["x"] + 90, start["y"] + 40, steps=5)
        page.mouse.move(end["x"] + 80, end["y"] + 20, steps=15)
        page.mouse.up()
    expect(lane(page, "Proposal").locator("header")).to_contain_text("€5,880")
    expect(lane(page, "Qualified").locator("header")).to_contain_text("€0")
    deal.refresh_from_db()
    assert deal.stage.name == "Proposal"


def test_z_takes_a_move_back(page, rep):
    deal = DealFactory(owner=rep, by=rep)
    page.goto("/deals/")
    page.locator(f".deal[data-id='{deal.pk}']").focus()
    with page.expect_response(lambda answer: answer.url.endswith("/move/") and answer.ok):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-undo]")).to_be_visible()
    page.keyboard.press("z")
    page.wait_for_load_state()
    expect(lane(page, "Qualified").locator(".deal")).to_have_count(1)
    assert Deal.objects.get().stage.name == "Qualified"


def test_l_asks_why(page, rep):
    deal = DealFactory(owner=rep, by=rep)
    page.goto("/deals/")
    page.locator(f".deal[data-id='{deal.pk}']").focus()
    page.keyboard.press("l")
    page.get_by_label("Why was it lost?").fill("Chose a cheaper tool")
    page.get_by_role("button", name="Mark as lost").click()
    page.wait_for_url("**/deals/")
    expect(page.locator("[data-notice]")).to_contain_text("moved to Lost")
    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason) == ("lost", "Chose a cheaper tool")


def test_a_card_goes_back_where_somebody_was_faster(page, rep):
    deal = DealFactory(owner=rep, by=rep)
    page.goto("/deals/")
    deals.lose(deal, reason="Gone", by=rep)
    page.locator(f".deal[data-id='{deal.pk}']").focus()
    with page.expect_response(lambda answer: answer.url.endswith("/move/") and answer.status == 409):
        page.keyboard.press("ArrowRight")
    expect(lane(page, "Qualified").locator(".deal")).to_have_count(1)
    expect(page.locator("#notices")).to_contain_text("lost already")


def test_on_a_phone_one_lane_and_a_picker(page, rep):
    stages = list(pipelines.ensure_default().stages.order_by("position"))
    DealFactory(owner=rep, by=rep, stage=stages[1])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/deals/")
    expect(lane(page, "Demo")).to_be_visible()
    expect(lane(page, "Qualified")).to_be_hidden()
    page.get_by_role("navigation", name="Stages").get_by_text("Qualified").click()
    page.wait_for_url("**lane=**")
    expect(lane(page, "Qualified")).to_be_visible()
    expect(lane(page, "Demo")).to_be_hidden()
