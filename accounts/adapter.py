"""Signing in, the way this house does it: administrators make the accounts, everybody lands on Today."""

from allauth.account.adapter import DefaultAccountAdapter

from crm.views.preferences import remember


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        return "/"

    def post_login(self, request, user, **kwargs):
        """Take the person's own language and appearance along to this browser."""
        response = super().post_login(request, user, **kwargs)
        return remember(response, theme=user.theme, language=user.language)

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """No "Successfully signed in as …": arriving says it."""
        if message_template in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)
