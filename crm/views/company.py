"""What numbers depend on: the company's settings and holidays, for administrators."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from crm import events, notices, policy
from crm.company_forms import CompanyForm, HolidayForm
from crm.exceptions import Forbidden
from crm.models import Company, Holiday

MOST_HOLIDAYS = 200


def only_administrators(user):
    if not policy.may(user, policy.WRITE, Company.current()):
        raise Forbidden(_("Only administrators may change the company's settings."))


class CompanyView(LoginRequiredMixin, View):
    def get(self, request):
        only_administrators(request.user)
        return self.page(request, CompanyForm(instance=self.company), HolidayForm())

    def post(self, request):
        only_administrators(request.user)
        if "on" in request.POST:
            return self.add_holiday(request)
        form = CompanyForm(request.POST, instance=self.company)
        if not form.is_valid():
            return self.page(request, form, HolidayForm(), status=422)
        if form.has_changed():
            with transaction.atomic():
                company = form.save()
                events.record("company.changed", company, by=request.user, data={"fields": form.changed_data})
        notices.say(request, _("The settings are saved."), tone="good")
        return redirect("company_settings")

    def add_holiday(self, request):
        form = HolidayForm(request.POST)
        if not form.is_valid():
            return self.page(request, CompanyForm(instance=self.company), form, status=422)
        with transaction.atomic():
            holiday = form.save()
            events.record("holiday.added", holiday, by=request.user, data={"on": holiday.on.isoformat()})
        return redirect("company_settings")

    @property
    def company(self):
        return Company.objects.get(pk=Company.current().pk)  # not the remembered one: a form changes its instance

    def page(self, request, form, holiday_form, status=200):
        context = {
            "title": _("Company"),
            "form": form,
            "holiday_form": holiday_form,
            "holidays": Holiday.objects.order_by("-on")[:MOST_HOLIDAYS],
        }
        return render(request, "crm/company.html", context, status=status)


@login_required
@require_POST
def holiday_delete(request, pk):
    holiday = get_object_or_404(Holiday.objects.visible_to(request.user), pk=pk)
    only_administrators(request.user)
    with transaction.atomic():
        events.record("holiday.removed", holiday, by=request.user, data={"on": holiday.on.isoformat()})
        holiday.delete()
    return redirect("company_settings")
