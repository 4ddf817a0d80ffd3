"""The composer on pages of lower apps: `{% load composing %}`."""

from django import template

from leads.views.activities import composer_for

register = template.Library()


@register.simple_tag(takes_context=True)
def composer_of(context, record):
    return composer_for(context["request"], record)
