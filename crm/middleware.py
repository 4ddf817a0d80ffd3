"""Refuses input that no database column and no page could hold, before anything else reads it.

PostgreSQL refuses NUL bytes that SQLite stores, lone surrogates cannot be encoded at all, and a deeply nested JSON body
exhausts the stack: each is a plain 400 here, the same on both databases.
"""

import json
import re
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

from crm import errors

MOST_BRACKETS = 500  # more nesting than that is looked at closely
DEEPEST = 50
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class InputMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_clean(request):
            return errors.answer(
                request, 400, "bad_request", _("This request contains characters that cannot be stored.")
            )
        return self.get_response(request)


def is_clean(request) -> bool:
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if "\x00" in request.path_info or not _is_text(unquote_to_bytes(query)):
        return False
    if any(is_unstorable(value) for value in request.COOKIES.values()):  # quoted octals become NUL bytes
        return False
    if request.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return True
    match request.content_type:
        case "application/x-www-form-urlencoded":
            return _is_text(unquote_to_bytes(request.body))
        case "multipart/form-data":
            if request.path_info.startswith("/api/"):
                return True  # the API takes no forms
            values = (value for _name, values in request.POST.lists() for value in values)
            return not any(is_unstorable(value) for value in values)
        case "application/json":
            return _is_storable_json(request.body)
    return True


def is_unstorable(text: str) -> bool:
    """NUL bytes and lone surrogates."""
    return UNSTORABLE.search(text) is not None


def _is_text(raw: bytes) -> bool:
    if b"\x00" in raw:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_storable_json(raw: bytes) -> bool:
    if b"\x00" in raw:
        return False
    if b"\\u" not in raw and raw.count(b"[") + raw.count(b"{") < MOST_BRACKETS:
        return True
    try:
        return _is_storable(json.loads(raw))
    except RecursionError:
        return False
    except ValueError:
        return True  # not JSON at all: the view says so better


def _is_storable(value, depth=0) -> bool:
    if isinstance(value, str):
        return not is_unstorable(value)
    if isinstance(value, dict):
        return depth < DEEPEST and all(
            not is_unstorable(name) and _is_storable(inner, depth + 1) for name, inner in value.items()
        )
    if isinstance(value, list):
        return depth < DEEPEST and all(_is_storable(inner, depth + 1) for inner in value)
    return True
