"""``Idempotency-Key``: a write that is sent twice is done once, and answered twice the same.

The unique pair of user and key decides who runs it. The same key with another request is a 409, and so is a request
whose twin is still running. Only answers that say something lasting are kept: after a 5xx, 429 or 409 one may try
again with the same key.
"""

import datetime as dt
import hashlib
import json

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from crm.exceptions import Conflict, Invalid
from crm.models import IdempotencyKey

HEADER = "Idempotency-Key"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
KEPT_FOR = dt.timedelta(days=2)
GIVEN_UP_AFTER = dt.timedelta(minutes=10)  # a request that has not answered by then died with its worker
LONGEST = 120
PASSING = {401, 403, 409, 429}  # answers that may be another one next time


class IdempotentMixin:
    """For DRF views: put before the base class."""

    idempotency_row = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)  # signs in and throttles first: keys belong to a user
        key = request.headers.get(HEADER, "")
        if key and request.method in WRITES:
            self.idempotency_row = claim(request, key)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        row, self.idempotency_row = self.idempotency_row, None
        if row is not None and not isinstance(row, Replay):
            keep(row, response)
        return response

    def handle_exception(self, exc):
        if isinstance(exc, Replay):
            return Response(exc.body, status=exc.status, headers={"Idempotency-Replayed": "true"})
        return super().handle_exception(exc)


class Replay(Exception):
    """The stored answer of an earlier request with the same key; not an error."""

    def __init__(self, status, body):
        super().__init__(status)
        self.status, self.body = status, body


def claim(request, key: str) -> IdempotencyKey:
    """The row by which this request runs; raises Replay, or Conflict where it must not."""
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise Invalid(_("An idempotency key has at most %(most)s plain characters.") % {"most": LONGEST})
    digest = digest_of(request)
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=request.user, key=key, request_digest=digest)
    except IntegrityError:
        row = IdempotencyKey.objects.filter(user=request.user, key=key).first()
    if row is None:  # purged, or given back this very moment
        raise Conflict(_("Another request with this key has just ended; please send it again."), code="try_again")
    if row.request_digest != digest:
        raise Conflict(_("This key was used for another request."), code="key_reused")
    if row.status is not None:
        raise Replay(row.status, row.body)
    if _take_over(row):
        return row
    raise Conflict(_("The first request with this key is still running."), code="still_running")


def _take_over(row) -> bool:
    """Whether this request may run in place of one that died; one of two asking at once wins."""
    now = timezone.now()
    dead = IdempotencyKey.objects.filter(
        pk=row.pk, status=None, created_at=row.created_at, created_at__lt=now - GIVEN_UP_AFTER
    )
    return bool(dead.update(created_at=now))


def keep(row: IdempotencyKey, response) -> None:
    if response.status_code >= 500 or response.status_code in PASSING:
        row.delete()
        return
    body = json.loads(response.render().content or "null") if hasattr(response, "render") else None
    IdempotencyKey.objects.filter(pk=row.pk).update(status=response.status_code, body=body)


def digest_of(request) -> str:
    """What makes two requests the same: method, address and body."""
    parts = [request.method, request.get_full_path(), json.dumps(request.data, sort_keys=True, default=str)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def purge() -> int:
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]
