"""Users and teams, for administrators to write and managers to read; and one's own profile."""

from allauth.account.forms import ResetPasswordForm
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions import users
from accounts.forms.users import ProfileForm, TeamForm, UserForm
from accounts.lists import UserList
from accounts.models import Team, User
from accounts.views.pages import FormPage, changeable
from crm import notices
from crm.exceptions import Forbidden
from crm.views.lists import ListView
from crm.views.preferences import remember


class UserListView(ListView):
    list_class = UserList
    template_name = "accounts/user_list.html"

    def get_context_data(self, listing):
        active = Count("users", filter=Q(users__is_active=True), distinct=True)
        teams = Team.objects.visible_to(self.request.user).annotate(size=active).select_related("manager")
        may_change = self.request.user.has_role("admin")
        return super().get_context_data(listing) | {
            "teams": teams.order_by("name"),
            "may_change": may_change,
            "create_url": reverse("user_create") if may_change else "",
        }


class AdminPage(FormPage):
    lists = "user_list"

    def refuse_strangers(self):
        if not self.request.user.has_role("admin"):
            raise Forbidden(_("Only administrators change users and teams."))
        super().refuse_strangers()

    def target(self, result):
        return reverse("user_list")

    def back_url(self):
        return reverse("user_list")


class UserCreateView(AdminPage):
    creates = User
    form_class = UserForm
    title, submit = gettext_lazy("New user"), gettext_lazy("Add user and send the invitation")
    intro = gettext_lazy("They get a mail with a link by which they set their own password.")

    def act(self, form):
        return users.add(by=self.request.user, **form.cleaned_data)

    def target(self, result):
        invite(self.request, result)
        notices.say(
            self.request,
            _("%(name)s is invited: a mail is on its way to %(email)s.") % {"name": result, "email": result.email},
            tone="good",
        )
        return reverse("user_list")


class UserEditView(AdminPage):
    model = User
    related = ("team",)
    form_class = UserForm
    template_name = "accounts/user_form.html"
    title, said = gettext_lazy("Edit %(name)s"), gettext_lazy("%(name)s is saved.")

    def act(self, form):
        fields = dict(form.cleaned_data)
        users.set_roles(self.record, fields.pop("roles"), by=self.request.user)
        return users.edit(self.record, by=self.request.user, **fields)


class TeamCreateView(AdminPage):
    creates = Team
    form_class = TeamForm
    title, submit = gettext_lazy("New team"), gettext_lazy("Add team")

    def act(self, form):
        return users.add_team(by=self.request.user, **form.cleaned_data)


class TeamEditView(AdminPage):
    model = Team
    form_class = TeamForm
    title, said = gettext_lazy("Edit %(name)s"), gettext_lazy("%(name)s is saved.")

    def act(self, form):
        return users.edit_team(self.record, by=self.request.user, **form.cleaned_data)


class ProfileView(FormPage):
    """Oneself; the record is never taken from the address."""

    form_class = ProfileForm
    template_name = "accounts/profile.html"
    title, said = gettext_lazy("Your profile"), gettext_lazy("Your profile is saved.")

    @cached_property
    def record(self):
        return User.objects.get(pk=self.request.user.pk)

    def act(self, form):
        return users.edit(self.record, by=self.request.user, **form.cleaned_data)

    def target(self, result):
        return reverse("profile")

    def back_url(self):
        return reverse("profile")

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        return (
            remember(response, theme=self.record.theme, language=self.record.language)
            if response.status_code == 302
            else response
        )


def invite(request, user):
    """The mail with the link to set a password; its words differ while they never signed in."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


@login_required
@require_POST
def set_active(request, pk, active):
    if not request.user.has_role("admin"):
        get_object_or_404(User.objects.visible_to(request.user), pk=pk)
        raise Forbidden(_("Only administrators change users and teams."))
    user = changeable(request, User, pk)
    if active:
        users.activate(user, by=request.user)
        notices.say(request, _("%(name)s can sign in again.") % {"name": user}, tone="good")
    else:
        users.deactivate(user, by=request.user)
        notices.undoable(
            request, _("%(name)s can no longer sign in.") % {"name": user}, reverse("user_activate", args=[pk])
        )
    return redirect("user_list")


@login_required
@require_POST
def send_invitation(request, pk):
    if not request.user.has_role("admin"):
        raise Forbidden(_("Only administrators change users and teams."))
    user = changeable(request, User, pk)
    invite(request, user)
    notices.say(request, _("A mail is on its way to %(email)s.") % {"email": user.email}, tone="good")
    return redirect("user_edit", pk=pk)
