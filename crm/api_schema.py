"""What the OpenAPI schema says about our views."""

import inspect

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """Describes an operation by its own docstring or its viewset's, never by those of the bases (they are for us)."""

    def get_description(self):
        method = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return inspect.cleandoc(getattr(method, "__doc__", None) or vars(type(self.view)).get("__doc__") or "")
