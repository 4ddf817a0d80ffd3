"""The floor's own pages, as each role."""

import pytest
from django.urls import reverse

from crm.models import ApiKey, Company, Event, Holiday, Job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["job_list", "trash_list", "apikey_list"])
@pytest.mark.parametrize("role", ["rep", "agent", "manager", "admin"])
def test_everybody_opens_jobs_trash_and_keys(client, people, role, name):
    client.force_login(people[role])
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("rep", 403), ("agent", 403), ("manager", 403), ("admin", 200)])
def test_company_settings_are_for_administrators(client, people, role, status):
    client.force_login(people[role])
    assert client.get(reverse("company_settings")).status_code == status


@pytest.mark.parametrize("name", ["job_list", "trash_list", "apikey_list", "company_settings", "api_docs"])
def test_signed_out_people_are_sent_to_sign_in(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/auth/login/")


def form_data(company, **changes):
    data = {
        "name": company.name,
        "time_zone": company.time_zone,
        "currency": company.currency,
        "fiscal_start_month": company.fiscal_start_month,
        "week_start": company.week_start,
        "languages": company.languages,
        "active_rule": company.active_rule,
        "active_order_days": company.active_order_days,
        "churn_variant": company.churn_variant,
        "conversion_window_days": company.conversion_window_days,
        "lead_response_hours": company.lead_response_hours,
        "past_due_grace_days": company.past_due_grace_days,
        "discount_percent": company.discount_percent,
    } | {
        f"hours_{day}": ", ".join("-".join(span) for span in company.business_hours.get(str(day), []))
        for day in range(7)
    }
    return data | changes


def test_changing_the_company_writes_an_event(client, people):
    client.force_login(people["admin"])
    data = form_data(Company.current(), time_zone="Europe/Madrid", hours_5="9-13, 14:30-18", currency="jpy")
    assert client.post(reverse("company_settings"), data).status_code == 302
    company = Company.objects.get()
    assert (company.time_zone, company.currency) == ("Europe/Madrid", "JPY")
    assert company.business_hours["5"] == [["09:00", "13:00"], ["14:30", "18:00"]]
    event = Event.objects.get(kind="company.changed")
    assert event.by == people["admin"]
    assert set(event.data["fields"]) == {"time_zone", "currency", "hours_5"}


def test_saving_the_company_unchanged_writes_nothing(client, people):
    client.force_login(people["admin"])
    assert client.post(reverse("company_settings"), form_data(Company.current())).status_code == 302
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Mars/Olympus"},
        {"currency": "XXZ"},
        {"fiscal_start_month": "13"},
        {"hours_0": "17-9"},
        {"hours_0": "9-12, 11-13"},
        {"hours_0": "25:00-26:00"},
        {"hours_0": "whenever"},
        {"discount_percent": "101"},
        {"active_order_days": str(10**19)},
    ],
)
def test_the_company_refuses_nonsense(client, people, changes):
    client.force_login(people["admin"])
    before = Company.objects.values().get(pk=Company.current().pk)
    assert client.post(reverse("company_settings"), form_data(Company.current(), **changes)).status_code == 422
    assert Company.objects.values().get() == before
    assert not Event.objects.exists()


def test_holidays_are_added_and_removed(client, people):
    client.force_login(people["admin"])
    client.post(reverse("company_settings"), {"on": "2026-12-25", "name": "Christmas"})
    holiday = Holiday.objects.get()
    assert client.post(reverse("company_settings"), {"on": "2026-12-25", "name": "Again"}).status_code == 422
    client.post(reverse("holiday_delete", args=[holiday.pk]))
    assert not Holiday.objects.exists()


def test_a_rep_cannot_remove_a_holiday(client, people):
    holiday = Holiday.objects.create(on="2026-12-25", name="Christmas")
    client.force_login(people["rep"])
    assert client.post(reverse("holiday_delete", args=[holiday.pk])).status_code == 403
    assert Holiday.objects.count() == 1


def test_a_key_is_shown_once_and_stored_hashed(client, people):
    client.force_login(people["rep"])
    page = client.post(reverse("apikey_list"), {"name": "Website", "scope": "read"})
    text = page.context["new_key"]
    assert text.startswith("tly_")
    assert text in page.content.decode()
    assert text not in client.get(reverse("apikey_list")).content.decode()
    key = ApiKey.objects.get()
    assert text not in str(vars(key))
    assert Event.objects.get().data == {"name": "Website", "scope": "read"}


def test_another_persons_key_cannot_be_revoked(client, people):
    client.force_login(people["rep"])
    client.post(reverse("apikey_list"), {"name": "Mine", "scope": "read"})
    key = ApiKey.objects.get()
    client.force_login(people["admin"])
    assert client.post(reverse("apikey_revoke", args=[key.pk])).status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_jobs_are_retried_by_administrators_only(client, people):
    from django.utils import timezone

    job = Job.objects.create(key="x:1", handler="x", state="failed", attempts=8, next_at=timezone.now(), last_error="E")
    client.force_login(people["rep"])
    assert client.post(reverse("job_settle", args=[job.pk, "retry"])).status_code == 404
    client.force_login(people["admin"])
    assert "x" in client.get(reverse("job_list")).content.decode()
    assert client.post(reverse("job_settle", args=[job.pk, "retry"])).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("pending", 0)
    assert client.post(reverse("job_settle", args=[job.pk, "retry"])).status_code == 409
    assert Event.objects.filter(kind="job.retried").count() == 1


def test_no_get_writes(client, people):
    client.force_login(people["admin"])
    for url in (reverse("job_settle", args=[1, "retry"]), reverse("apikey_revoke", args=[1])):
        assert client.get(url).status_code == 405


def test_address_of_a_button_opened_like_a_page_says_so(client, people):
    client.force_login(people["admin"])
    response = client.get(reverse("job_settle", args=[1, "retry"]), headers={"Accept": "text/html"})
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This address belongs to a button" in response.content.decode()


def test_no_job_in_trouble_is_good_news(client, people):
    client.force_login(people["admin"])
    assert "Nothing has gone wrong" in client.get(reverse("job_list")).content.decode()
    narrower = client.get(reverse("job_list") + "?state=failed").content.decode()
    assert "Nothing has gone wrong" not in narrower
