from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.team import Team
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet


class UserManager(BaseUserManager.from_queryset(PolicyQuerySet)):
    def create_user(self, email, password=None, *, roles=(), **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role) for role in roles])
        return user

    def create_superuser(self, email, password=None, **fields):
        """An administrator, for `manage.py createsuperuser`."""
        return self.create_user(email, password, roles=["admin"], **fields)


class User(AbstractBaseUser, Imported):
    """Somebody who works here. Signs in by e-mail; may hold several roles, permissions are their union."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="users", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=5, default="en")
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # raised to end every session at once
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta(Imported.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name"]

    def __str__(self):
        return self.name or self.email

    @cached_property
    def role_names(self):
        return frozenset(self.role_grants.values_list("role", flat=True))

    @cached_property
    def team_ids(self):
        """The team the user is in and those they manage."""
        managed = set(Team.objects.filter(manager=self).values_list("pk", flat=True))
        return sorted(managed | ({self.team_id} if self.team_id else set()))

    def _get_session_auth_hash(self, secret=None):
        """Sessions carry this hash and end when it changes: with the password, and with the epoch."""
        return salted_hmac(
            "accounts.User.session", f"{self.password}:{self.session_epoch}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def has_role(self, *roles):
        return not self.role_names.isdisjoint(roles)

    @property
    def initials(self):
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def short_name(self):
        words = self.name.split()
        return f"{words[0]} {words[-1][:1]}." if len(words) > 1 else self.name


class RoleGrant(models.Model):
    class Role(models.TextChoices):
        REP = "rep", _("Sales rep")
        AGENT = "agent", _("Support agent")
        MANAGER = "manager", _("Manager")
        ADMIN = "admin", _("Administrator")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=10, choices=Role.choices)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="accounts_role_once")]

    def __str__(self):
        return f"{self.user_id} {self.role}"
