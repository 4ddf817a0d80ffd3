"""Tags of this app's pages: `{% load selling %}`."""

from django import template
from django.utils.html import format_html

from leads import cells

register = template.Library()


@register.simple_tag
def due_of(task):
    """When an open task is due: "10:30", "Thu 19 Nov 14:00", or red "2 days overdue"."""
    text, tone = cells.due_of(task)
    return format_html('<span class="num {}">{}</span>', tone, text)


@register.simple_tag
def late_of(task):
    """For how long a task is overdue, in red."""
    return format_html('<span class="num bad">{}</span>', cells.late_of(task))
