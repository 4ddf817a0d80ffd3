"""The floor's own pages and what its events say."""

from django.utils.translation import gettext_lazy as _

from crm import registry

ADMIN = ["admin"]

registry.nav(
    "company",
    _("Company"),
    "company_settings",
    icon="company",
    section=registry.SETUP,
    order=100,
    roles=ADMIN,
    letter="h",
)
registry.nav("jobs", _("Jobs"), "job_list", icon="jobs", section=registry.SETUP, order=110, letter="j")
registry.nav("trash", _("Trash"), "trash_list", icon="trash", section=registry.SETUP, order=120, letter="x")

registry.timeline("company.changed", "company", _("changed the company's settings"))
registry.timeline("holiday.added", "holidays", _("added a holiday"))
registry.timeline("holiday.removed", "holidays", _("removed a holiday"))
registry.timeline("job.retried", "refresh", _("had a job run again"))
registry.timeline("job.dismissed", "check", _("closed a job without running it"))
registry.timeline("apikey.created", "api", _("made an API key"))
registry.timeline("apikey.revoked", "api", _("revoked an API key"))
registry.timeline("list.exported", "download", _("exported a list"))
