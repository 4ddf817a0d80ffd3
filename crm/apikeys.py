"""API keys: ``Authorization: Bearer tly_…``. A key acts as its user, within its scope, until it is revoked.

Only the SHA-256 of the key is stored (it is 256 random bits, so nothing slower is needed); the key is shown once.
"""

import hashlib
import secrets
from contextlib import suppress

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from crm import events
from crm.exceptions import Conflict
from crm.models import ApiKey

START = "tly_"
SHOWN = 12  # characters by which people recognise a key
USED_EVERY = 60  # seconds; last_used_at is not worth a write per request


@transaction.atomic
def create(user, *, name, scope, by) -> tuple[ApiKey, str]:
    """A new key and its text, which cannot be read again later."""
    text = START + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(user=user, name=name, scope=scope, prefix=text[:SHOWN], digest=digest(text))
    events.record("apikey.created", key, by=by, data={"name": name, "scope": scope})
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, by) -> None:
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Conflict(_("This key is revoked already."))
    events.record("apikey.revoked", key, by=by, data={"name": key.name})


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        word, _space, text = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer":
            return None
        key = ApiKey.objects.select_related("user").filter(digest=digest(text.strip()), revoked_at=None).first()
        if key is None or not key.user.is_active:
            raise AuthenticationFailed(_("This key is unknown or has been revoked."))
        now = timezone.now()
        if key.last_used_at is None or (now - key.last_used_at).total_seconds() > USED_EVERY:
            with suppress(OperationalError):  # a full disk must not stop reading
                ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key.user, key

    def authenticate_header(self, request):
        return "Bearer"


class WithinScope(BasePermission):
    """A key for reading does not write; people with a session are only bound by the policy."""

    def has_permission(self, request, view):
        if not isinstance(request.auth, ApiKey) or request.method in SAFE_METHODS:
            return True
        self.message = _("This key may only read.")
        return request.auth.scope == ApiKey.Scope.WRITE
