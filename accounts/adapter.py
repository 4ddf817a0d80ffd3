"""Signing in, the way this house does it: administrators make the accounts, everybody lands on Today."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import translation

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

    def render_mail(self, template_prefix, email, context, headers=None):
        """In the language of who reads it, not of the administrator who had it sent."""
        reader = context.get("user")
        with translation.override(reader.language if reader else translation.get_language()):
            return super().render_mail(template_prefix, email, context, headers)
