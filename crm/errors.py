"""Refusals in the words of a page or of the API; views contain no ``try``.

Everything that goes wrong leaves through here in one shape: ``{code, detail, fields}`` for the API and other programs,
``crm/error.html`` for people, the fragment ``crm/_error.html`` for htmx. When the database is away or full, the answer
is 503 and the page asks nothing of it.
"""

import sys

import structlog
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import set_rollback

from crm.exceptions import DomainError, Invalid

log = structlog.get_logger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError)  # down, full, locked for too long, out of connections, timed out
RETRY_AFTER = 10


def api_exception_handler(exc, context):
    """DRF's door: one shape for every refusal; anything unknown goes on to become a 500."""
    headers = {}
    match exc:
        case DomainError():
            status, code, detail, fields = exc.status, exc.code, exc.message, exc.fields
        case Http404():
            status, code, detail, fields = 404, "not_found", _("There is no such record."), {}
        case PermissionDenied():
            status, code, detail, fields = 403, "forbidden", _("You may not do this."), {}
        case ModelValidationError():
            status, code, detail, fields = 400, "invalid", *_explained(_messages(exc))
        case api.ValidationError():
            status, code, detail, fields = 400, "invalid", *_explained(exc.detail)
        case api.APIException():
            status, code, detail, fields = exc.status_code, exc.get_codes(), exc.detail, {}
            headers = _headers(exc)
        case _:
            return None
    set_rollback()
    body = {"code": str(code), "detail": str(detail), "fields": fields}
    return Response(body, status=status, headers=headers)


def _headers(exc):
    headers = {}
    if scheme := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _messages(exc: ModelValidationError):
    return exc.message_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.messages}


def _explained(detail) -> tuple[str, dict]:
    """The sentence and the fields of a validation error, whatever its nesting."""
    if not isinstance(detail, dict):
        return " ".join(str(part) for part in (detail if isinstance(detail, list) else [detail])), {}
    fields = {str(name): _plain(value) for name, value in detail.items()}
    general = fields.pop(NON_FIELD_ERRORS, None) or fields.pop("non_field_errors", None)
    return (" ".join(general) if general else _("Please check the fields.")), fields


def _plain(value):
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) if isinstance(inner, (dict, list)) else str(inner) for inner in value]
    return [str(value)]


class ErrorMiddleware:
    """The pages' door: translates what a view or a template raises."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and request.method == "GET" and not wants_json(request):
            return wrong_door(request, response)
        return response

    def process_exception(self, request, exc):
        if isinstance(exc, Invalid):
            status = 400 if request.method in ("GET", "HEAD") else 422  # a broken address, or a form to correct
            return answer(request, status, exc.code, exc.message, exc.fields)
        if isinstance(exc, DomainError):
            return answer(request, exc.status, exc.code, exc.message, exc.fields)
        if isinstance(exc, DataError):
            log.warning("request.data_error", exc_info=exc)
            return answer(request, 400, "invalid", _("A value cannot be stored: it is too large or malformed."))
        if isinstance(exc, UNAVAILABLE):
            return unavailable(request, exc)
        return None


def bad_request(request, exception=None):
    return answer(request, 400, "bad_request", _("This request cannot be understood."))


def forbidden(request, exception=None):
    return answer(request, 403, "forbidden", _("You may see this, but not do that."))


def csrf_failure(request, reason=""):
    return answer(
        request, 403, "csrf", _("The form is too old, or came from another site. Please go back, reload and try again.")
    )


def not_found(request, exception=None):
    return answer(request, 404, "not_found", _("There is nothing here, or it is not yours to see."))


def wrong_door(request, response):
    """A button's address was opened like a page: after signing in again, from the history, from a bookmark."""
    page = answer(
        request, 405, "method_not_allowed", _("This address belongs to a button. Go back and press it there.")
    )
    page["Allow"] = response["Allow"]
    return page


def server_error(request):
    """Django's last door; it also gets what middleware raised, so a database that is away may arrive here."""
    exc = sys.exc_info()[1]
    if isinstance(exc, UNAVAILABLE):
        return unavailable(request, exc)
    return answer(request, 500, "error", _("Something went wrong on our side. It has been noted."))


def unavailable(request, exc):
    log.error("database.unavailable", error=str(exc))
    detail = _("The database does not answer just now. Nothing was saved; please try again in a moment.")
    response = answer(request, 503, "unavailable", detail)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


TITLES = {
    400: lambda: _("That did not make sense"),
    403: lambda: _("Not allowed"),
    404: lambda: _("Not found"),
    405: lambda: _("There is no page here"),
    409: lambda: _("Somebody was faster"),
    422: lambda: _("That cannot be done"),
    503: lambda: _("Please try again in a moment"),
}


def answer(request, status: int, code: str, detail, fields=None) -> HttpResponse:
    """One refusal, in the form the caller reads."""
    if wants_json(request):
        return JsonResponse({"code": str(code), "detail": str(detail), "fields": fields or {}}, status=status)
    context = {
        "status": status,
        "code": code,
        "title": TITLES.get(status, lambda: _("Something went wrong"))(),
        "detail": detail,
        "fields": fields or {},
        "request_id": getattr(request, "id", ""),
    }
    if getattr(request, "htmx", False) and not request.htmx.boosted:
        response = render(request, "crm/_error.html", context, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#notices", "innerHTML"
        return response
    if status >= 500:
        return HttpResponse(render_to_string("crm/error_bare.html", context), status=status)
    return render(request, "crm/error.html", context, status=status)


def wants_json(request) -> bool:
    if request.path_info.startswith("/api/"):
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
