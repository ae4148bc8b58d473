"""Settings, read from the environment; a bare clone runs with none set. docs/operating.md explains each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from kombu import Queue
from psycopg.conninfo import conninfo_to_dict

from smoothx.embedded import ensure_services
from smoothx.lib.env import BadSetting, env_flag, env_list, env_number, env_text
from smoothx.lib.log_config import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env_text("SMOOTHX_LOCAL_DIR", str(BASE_DIR / ".local")))

DEBUG = env_flag("DEBUG", default=True)
INSECURE_SECRET_KEY = "insecure-for-development-only"  # noqa: S105
INSECURE_ENCRYPTION_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktbm90LWZvci1saWU="
SECRET_KEY = env_text("SECRET_KEY", INSECURE_SECRET_KEY)
FIELD_ENCRYPTION_KEYS = env_list("FIELD_ENCRYPTION_KEYS", INSECURE_ENCRYPTION_KEY)
BASE_URL = env_text("BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "smoothx.tenants",
    "smoothx.pages",
    "smoothx.staff",
    "connectors",
    "mapping",
    "sync",
]

MIDDLEWARE = [
    "smoothx.watching.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smoothx.pages.middleware.ContentSecurityPolicyMiddleware",
    "smoothx.pages.middleware.RequestSizeMiddleware",
    "smoothx.pages.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smoothx.tenants.middleware.TenantMiddleware",
]

ROOT_URLCONF = "smoothx.urls"
WSGI_APPLICATION = "smoothx.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smoothx.pages.context.shell",
            ],
        },
    },
]


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database settings for a libpq URL; what Django has no name for becomes a connection option."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "smoothx.tenants.postgres",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # A transaction-pooling proxy gives every transaction another server connection.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


_wants_services = not env_flag("SMOOTHX_WITHOUT_SERVICES", default=False)
_services = ensure_services(want_database=_wants_services, want_redis=_wants_services)
DATABASES = {"default": database_from_url(_services.database_url)}
REDIS_URL = _services.redis_url
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_ADAPTER = "smoothx.pages.accounts.ClosedSignupAdapter"
MFA_ADAPTER = "smoothx.pages.accounts.SecondFactorAdapter"
ACCOUNT_FORMS = {
    "add_email": "smoothx.pages.account_forms.AddEmailForm",
    "change_password": "smoothx.pages.account_forms.ChangePasswordForm",
    "reauthenticate": "smoothx.pages.account_forms.ReauthenticateForm",
    "reset_password": "smoothx.pages.account_forms.ResetPasswordForm",
    "reset_password_from_key": "smoothx.pages.account_forms.ResetPasswordKeyForm",
    "set_password": "smoothx.pages.account_forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Smoothx: "
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key"}


def email_from_url(url: str) -> dict[str, Any]:
    """Mail settings from console: or smtp://user:password@host:port?tls=true. Raises BadSetting for anything else."""
    if url.startswith("console:"):
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", ["false"])[0].lower()
    if parts.scheme != "smtp" or tls not in ("true", "false"):
        # A misspelt word must not quietly mean mail without encryption.
        message = "EMAIL_URL must be console: or smtp://user:password@host:port?tls=true"
        raise BadSetting(message)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "true",
    }


globals().update(email_from_url(env_text("EMAIL_URL", "console:")))
# Seconds. A mail server that hangs must hold nobody's work.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "Smoothx <support@smoothx.example>")

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = Path(env_text("STATIC_ROOT", str(LOCAL_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_SSL_REDIRECT = env_flag("SECURE_SSL_REDIRECT", default=not DEBUG)
# Asked from inside, by what watches the processes.
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$", r"^metrics/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The vendors. Their real addresses are the defaults; the demo points them at the sandbox servers.
PROCORE_CLIENT_ID = env_text("PROCORE_CLIENT_ID")
PROCORE_CLIENT_SECRET = env_text("PROCORE_CLIENT_SECRET")
PROCORE_LOGIN_URL = env_text("PROCORE_LOGIN_URL", "https://login.procore.com").rstrip("/")
PROCORE_API_URL = env_text("PROCORE_API_URL", "https://api.procore.com").rstrip("/")
PROCORE_WEB_URL = env_text("PROCORE_WEB_URL", "https://us02.procore.com").rstrip("/")
# The first goes into the hooks we make; the others are still believed, so that it can be changed.
PROCORE_WEBHOOK_TOKENS = env_list("PROCORE_WEBHOOK_TOKEN")
QBO_CLIENT_ID = env_text("QBO_CLIENT_ID")
QBO_CLIENT_SECRET = env_text("QBO_CLIENT_SECRET")
QBO_AUTHORIZE_URL = env_text("QBO_AUTHORIZE_URL", "https://appcenter.intuit.com/connect/oauth2")
QBO_TOKEN_URL = env_text("QBO_TOKEN_URL", "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer")
QBO_REVOKE_URL = env_text("QBO_REVOKE_URL", "https://developer.api.intuit.com/v2/oauth2/tokens/revoke")
QBO_API_URL = env_text("QBO_API_URL", "https://quickbooks.api.intuit.com").rstrip("/")
QBO_WEB_URL = env_text("QBO_WEB_URL", "https://qbo.intuit.com").rstrip("/")
QBO_WEBHOOK_VERIFIER_TOKENS = env_list("QBO_WEBHOOK_VERIFIER_TOKEN")
# Where the vendors keep files beside their own hosts. No token is sent there.
PROCORE_FILE_HOSTS = env_list("PROCORE_FILE_HOSTS", "amazonaws.com")
QBO_FILE_HOSTS = env_list("QBO_FILE_HOSTS", "amazonaws.com")

# Whoever reads /metrics/ shows it; without one there are no metrics.
METRICS_TOKEN = env_text("METRICS_TOKEN")
METRICS_CACHE_SECONDS = env_number("METRICS_CACHE_SECONDS", 15)

# How often one key of the API may ask.
API_REQUESTS_A_MINUTE = env_number("API_REQUESTS_A_MINUTE", 120)
# Views name who may pass (smoothx/api/access.py); one that would not lets nobody in.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Smoothx",
    "DESCRIPTION": "What a company's pages show of its documents and its set-up, to read.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    # What the sets of words are called, where several have a member of one name.
    "ENUM_NAME_OVERRIDES": {
        "Side": "smoothx.api.shapes.SIDES",
        "FlowKey": "smoothx.api.shapes_setup.FLOW_KEYS",
        "SettingKey": "smoothx.api.shapes_setup.SETTING_KEYS",
        "CheckState": "smoothx.api.shapes_setup.OUTCOMES",
        "CompanyState": "smoothx.tenants.models.Tenant.State",
        "EntryState": "sync.models.Entry.State",
        "WriteState": "sync.models.Outgoing.State",
    },
}

FLOW_PACKAGES = ["sync.flows", "timesheets.flows"]
POLL_SECONDS = env_number("POLL_SECONDS", 120)
# How long vendors' events, the bodies of calls that wrote or failed, tries that came to nothing, and the contents of
# writes that a later one replaced are kept.
KEEP_EVENTS_DAYS = env_number("KEEP_EVENTS_DAYS", 30)
KEEP_CALLS_DAYS = env_number("KEEP_CALLS_DAYS", 400)
KEEP_ATTEMPTS_DAYS = env_number("KEEP_ATTEMPTS_DAYS", 400)
KEEP_PAYLOADS_DAYS = env_number("KEEP_PAYLOADS_DAYS", 400)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "sync"
# What takes seconds, and what may take minutes: where a worker takes only the first, no document waits for lists.
CELERY_TASK_QUEUES = (Queue("sync"), Queue("long"))
# 0 is served first: what a person waits for, then events, polls, and what has time. Documents: sync/lanes.py.
CELERY_TASK_ROUTES = {
    "sync.sweep": {"priority": 0},
    "sync.look_into_events": {"priority": 3},
    "sync.read_openings": {"queue": "long", "priority": 0},
    "sync.poll_*": {"queue": "long", "priority": 6},
    "sync.run_pushes": {"queue": "long", "priority": 6},
    "sync.run_recoding": {"queue": "long", "priority": 6},
    "sync.keep_hooks": {"queue": "long", "priority": 9},
    "sync.prune": {"queue": "long", "priority": 9},
    "smoothx.clear_sessions": {"queue": "long", "priority": 9},
    "mapping.keep_counts": {"queue": "long", "priority": 6},
    "mapping.suggest": {"queue": "long", "priority": 6},
    "mapping.count_books": {"queue": "long", "priority": 6},
    "mapping.*": {"queue": "long", "priority": 0},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "sync.sweep", "schedule": timedelta(seconds=env_number("SWEEP_SECONDS", 5))},
    # At an hour, not after a day: a scheduler that is started anew each day would never come to it.
    "sessions": {"task": "smoothx.clear_sessions", "schedule": crontab(hour="9", minute="30")},
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # A page whose nudge finds no broker must not wait for one: the sweep finds the work.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
    # One that takes connections and answers nothing would hold whoever sends a message for ever: deliveries, pages and
    # workers alike. Workers that wait for messages are answered every second.
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
}

LOGGING = logging_config(env_text("LOG_FORMAT", "line" if DEBUG else "json"), env_text("LOG_LEVEL", "INFO"))
