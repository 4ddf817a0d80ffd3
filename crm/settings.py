"""Everything the environment may change, read once and refused when it makes no sense (docs/production.md).

Without any variable this is the embedded profile: SQLite, a filesystem broker, everything under var/.
DATABASE_URL and REDIS_URL make it the production profile; the code is the same.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from crm.logging import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def flag(name, default=False):
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value} makes no sense: set it to 1 or 0.")


def number(name, default, *, at_least=0):
    value = os.environ.get(name, "").strip()
    if value == "":
        return default
    if value.isascii() and value.isdigit() and int(value) >= at_least:
        return int(value)
    raise ImproperlyConfigured(f"{name}={value} makes no sense: set it to a whole number of at least {at_least}.")


def choice(name, default, options):
    value = os.environ.get(name, "").strip() or default
    if value in options:
        return value
    raise ImproperlyConfigured(f"{name}={value} makes no sense: set it to one of {', '.join(options)}.")


def words(name, default):
    """A list, separated by commas."""
    value = os.environ.get(name, "").strip()
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def url(name, schemes):
    value = os.environ.get(name, "").strip()
    if value == "" or urlsplit(value).scheme in schemes:
        return value
    raise ImproperlyConfigured(f"{name} has to start with {' or '.join(f'{scheme}://' for scheme in schemes)}.")


def made(path):
    path.mkdir(parents=True, exist_ok=True)
    return path


def folder(name, default):
    return made(Path(os.environ.get(name, "").strip() or default).expanduser().absolute())


# What runs here

DATABASE_URL = url("DATABASE_URL", ["postgres", "postgresql"])
REDIS_URL = url("REDIS_URL", ["redis", "rediss", "unix"])
DEBUG = flag("TALLYARD_DEBUG")
DEMO = flag("TALLYARD_DEMO")
HTTPS = flag("TALLYARD_HTTPS")
VAR = folder("TALLYARD_VAR", BASE_DIR / "var")
IS_WEB = choice("TALLYARD_PROCESS", "other", ["web", "other"]) == "web"


def secret_key():
    """The embedded profile makes its own key once; production has to be given one, the same for all processes."""
    if value := os.environ.get("SECRET_KEY", ""):
        if len(value) < 32:
            raise ImproperlyConfigured("SECRET_KEY is too short: use at least 32 random characters.")
        return value
    if DATABASE_URL and not DEMO:
        raise ImproperlyConfigured("Set SECRET_KEY: production (DATABASE_URL) does not make one up.")
    path = VAR / "secret_key"
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "template_partials",
    "crm",
    "accounts",
    "leads",
    "support",
    "surveys",
    "metrics",
]

MIDDLEWARE = [
    "crm.logging.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "crm.middleware.InputMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.errors.ErrorMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database: no ATOMIC_REQUESTS; on SQLite every transaction waits for the one writer, so they are kept short

if DATABASE_URL:
    DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = flag("TALLYARD_PGBOUNCER")
    DATABASES["default"].setdefault("OPTIONS", {})
    if not flag("TALLYARD_PGBOUNCER"):  # which refuses start-up options
        statement = number("TALLYARD_STATEMENT_TIMEOUT_MS", 30_000 if IS_WEB else 600_000)
        idle = number("TALLYARD_IDLE_TRANSACTION_TIMEOUT_MS", 60_000)
        DATABASES["default"]["OPTIONS"]["options"] = (
            f"-c statement_timeout={statement} -c idle_in_transaction_session_timeout={idle}"
        )
    if IS_WEB:  # threads share connections here; together with CONN_MAX_AGE the pool raises
        DATABASES["default"]["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": number("TALLYARD_POOL_SIZE", 8, at_least=1),
            "timeout": 10,
        }
    else:
        DATABASES["default"]["CONN_MAX_AGE"] = 60
        DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "tallyard.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    }

# Cache: sign-in limits and throttles live here, so it has to survive Redis being away

DATABASE_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "crm_cache",
    "KEY_PREFIX": "tallyard",
}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "crm.cache.RedisOrDatabaseCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "tallyard",
            "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 1},
        },
        "database": DATABASE_CACHE,
    }
else:
    CACHES = {"default": DATABASE_CACHE}

# Celery: messages are only wake-ups; jobs and their leases stand in the database

CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "crm.tasks.sweep",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    # It asks which periods lack a snapshot, so the tick need not be on time.
    "nightly": {
        "task": "metrics.tasks.nightly",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 15 * 60},
    },
    "purge": {
        "task": "crm.tasks.purge",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 6 * 3600},
    },
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "global_keyprefix": "tallyard:",
        "socket_connect_timeout": 2,  # a worker's; crm/wake.py publishes with shorter ones
        "visibility_timeout": 3600,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": made(VAR / "broker" / "messages"),
        "data_folder_out": VAR / "broker" / "messages",
        "control_folder": made(VAR / "broker" / "control"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
    CELERY_WORKER_POOL = "threads"

# Signing in: by e-mail; administrators make the accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = number("TALLYARD_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tallyard"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Security

CSRF_FAILURE_VIEW = "crm.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = number("TALLYARD_HSTS_SECONDS", 365 * 24 * 3600)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # ECharts' SVG, and custom properties in style attributes
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Language and time: the company's zone is data, the server's is always UTC

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = folder("TALLYARD_STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN_STATIC if DEBUG else "crm.static.StaticStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# Mail: into files until there is a server to send it

if os.environ.get("EMAIL_URL"):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("TALLYARD_FROM_EMAIL", "tallyard@localhost")

# API

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "crm.errors.api_exception_handler",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm.apikeys.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tallyard",
    "DESCRIPTION": (BASE_DIR / "crm" / "api.md").read_text(encoding="utf-8"),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

LOGGING = logging_config(
    level=choice("TALLYARD_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    as_json=choice("TALLYARD_LOG", "json" if DATABASE_URL else "text", ["json", "text"]) == "json",
)
