"""What follows from events here. Touched days need no handler: the night reads them from the events themselves."""

from crm.events import on


@on("company.changed")
def recount(event):
    from metrics.actions import recounting  # leaf

    recounting.after(event.data.get("fields", []))
