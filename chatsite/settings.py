"""Settings, all of them, read from the environment once and refused when they make no sense.

A self-hoster sets few: CHATSITE_URL (the public address), CHATSITE_DATA (where everything is kept), DATABASE_URL.
README, "Configuration", lists them.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str) -> str:
    """A setting as it stands."""
    return str(env.str(name, default))


def flag(name: str, default: bool) -> bool:
    """A yes-or-no setting; anything but a plain yes or no is refused rather than guessed."""
    value = text(name, "").strip().lower()
    if value in ("", "1", "0", "true", "false", "yes", "no", "on", "off"):
        return default if value == "" else value in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def choice(name: str, default: str, *others: str) -> str:
    """One of a few words."""
    value = text(name, default).strip().lower()
    if value not in (default, *others):
        raise ImproperlyConfigured(f"{name} must be {' or '.join((default, *others))}, not {value!r}")
    return value


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number within [low, high]."""
    value = text(name, str(default))
    if not (value.isascii() and value.strip().isdecimal()) or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def listed(name: str) -> list[str]:
    """What stands between commas, without spaces around it."""
    return [part.strip() for part in text(name, "").split(",") if part.strip()]


def origin(name: str, value: str) -> str:
    """A web origin such as https://chat.example.org as browsers write it, or "" for ""."""
    parts = _split(value.rstrip("/"))
    if value and (parts is None or parts.path or parts.query or parts.fragment or "@" in parts.netloc):
        raise ImproperlyConfigured(f"{name} must look like https://chat.example.org, not {value!r}")
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts else ""


def address(name: str) -> str:
    """A URL with a host, without its last slash, or "" when it is not set."""
    value = text(name, "").strip().rstrip("/")
    if value and not _split(value):  # it may hold a password, so it is not repeated
        raise ImproperlyConfigured(f"{name} must be an address that begins with http:// or https://")
    return value


def _split(value: str) -> SplitResult | None:
    """None when it is no http or https URL with a host."""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket too many
        return None
    return parts if known and value.isprintable() and " " not in value else None


def secret(name: str) -> str:
    """One that goes into a header: printable ASCII without spaces."""
    value = text(name, "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ImproperlyConfigured(f"{name} has neither spaces nor special characters: copy it again")
    return value


def time_zone(name: str) -> str:
    """A name of the time zone database."""
    value = text(name, "UTC")
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ImproperlyConfigured(f"{name} must be a time zone such as Asia/Shanghai, not {value!r}") from None
    return value


# --- Where things are -------------------------------------------------------------------------------------------
DATA_DIR = Path(text("CHATSITE_DATA", str(BASE_DIR / "data"))).expanduser().resolve()
SITE_URL = origin("CHATSITE_URL", text("CHATSITE_URL", "").strip())
SITE_HOST = text("CHATSITE_HOST", "127.0.0.1")
SITE_PORT = number("CHATSITE_PORT", 8000, 0, 65535)
DEBUG = flag("CHATSITE_DEBUG", False)


def _secret_key() -> str:
    given = text("SECRET_KEY", "")
    file = DATA_DIR / "secret_key"
    if not given and file.is_file():
        given = file.read_text().strip()
    if len(given) < 32:
        raise ImproperlyConfigured(f"SECRET_KEY is missing or shorter than 32 characters: ./run makes one in {file}")
    return given


SECRET_KEY = _secret_key()
# What SECRET_KEY was before: sessions and stored provider keys stay readable while it is listed here.
SECRET_KEY_FALLBACKS: list[str] = env.list("CHATSITE_OLD_SECRET_KEYS", default=[])

# --- Who may ask for us, and over what ----------------------------------------------------------------------------
# CHATSITE_URL alone decides hosts, CSRF origin, cookie security and links. Without it the site answers on this
# machine's own names, and on any address when it was told to listen on all of them (a LAN without a name).
_host = urlsplit(SITE_URL).hostname
ALLOWED_HOSTS = [*listed("CHATSITE_ALLOWED_HOSTS"), "localhost", "127.0.0.1", "[::1]"]
if _host:
    ALLOWED_HOSTS.append(_host)
elif SITE_HOST in ("0.0.0.0", "::"):
    ALLOWED_HOSTS = ["*"]
else:
    ALLOWED_HOSTS.append(f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST)
SECURE = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "chatsite_session"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_ENGINE = "chatsite.accounts.sessions"
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
# Proxies in front of us whose X-Forwarded-For and -Proto are believed, read from the right (see edge/forwarded.py).
TRUSTED_PROXIES = listed("CHATSITE_TRUSTED_PROXIES")
CORS_ORIGINS = [origin("CHATSITE_CORS_ORIGINS", value) for value in listed("CHATSITE_CORS_ORIGINS")]
MAX_BODY_BYTES = number("CHATSITE_MAX_BODY_BYTES", 2 * 2**20, 2**16, 2**30)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
# When the browser asks from this site's own page, the address is not told to others.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Browsers ignore this header on plain HTTP, and say so in every page's console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURE else None

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Rooms --------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "csp",
    "django_vite",
    "ninja",  # brings the page of /api/docs with it
    "chatsite.accounts",
    "chatsite.providers",
    "chatsite.conversations",
    "chatsite.generation",
    "chatsite.live",
    "chatsite.ops",
]
MIDDLEWARE = [
    "chatsite.edge.refusals.in_our_words",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "chatsite.accounts.setup.leads_to_setup",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

# --- Where it is kept -----------------------------------------------------------------------------------------------
# env.db_url understands postgres:// and sqlite:///; the file below DATA_DIR is the default.
try:
    _database = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'chatsite.sqlite3'}")
except (ValueError, ImproperlyConfigured):  # it may hold a password, which theirs would repeat
    _database = {}
_engine = _database.get("ENGINE", "")
SQLITE = _engine.endswith("sqlite3")
if SQLITE:
    _database |= {
        # The lanes of edge/lanes.py are few and live as long as the process, so a connection each is kept open.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A read-then-write transaction that starts as a reader fails with "locked" at the first write (pitfalls).
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: a commit that was answered for must survive a power cut; NORMAL does not in WAL mode.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;",
        },
    }
elif _engine.endswith("postgresql"):
    _database |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            # A process that was stopped, or a machine that was lost, in the midst of a commit must not hold its locks
            # for longer than its lease (generation/lease.py).
            "options": "-c idle_in_transaction_session_timeout=10s",
            **_database.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": number("CHATSITE_DATABASE_POOL", 20, 12, 200), "timeout": 10},
        },
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///")
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "chatsite.accounts.views.csrf_failure"
PASSWORD_RESET_TIMEOUT = 24 * 3600
SIGNUP_OPEN = choice("CHATSITE_SIGNUP", "open", "closed") == "open"
ACCOUNT_ADAPTER = "chatsite.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "chatsite.accounts.forms.LoginForm",
    "signup": "chatsite.accounts.forms.SignupForm",
    "change_password": "chatsite.accounts.forms.ChangePasswordForm",
    "reset_password_from_key": "chatsite.accounts.forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # there is no mail yet
ACCOUNT_SESSION_REMEMBER = True
# Beside allauth's own limits: "setup" is ours, sign-up is the one place that tells whether an address is taken.
ACCOUNT_RATE_LIMITS = {"setup": "10/5m/ip,100/5m/key", "signup": "40/10m/ip"}
# The limits count in this process's memory: no other service is needed, and each process counts for itself.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}
ACCESS_TOKEN_SECONDS = number("CHATSITE_ACCESS_TOKEN_SECONDS", 600, 5, 600)

# --- Providers ------------------------------------------------------------------------------------------------------
# Further providers are connected on the page /connect; without any, the demo answers.
OPENAI_API_KEY = secret("OPENAI_API_KEY")
OPENAI_BASE_URL = address("OPENAI_BASE_URL")
OUTBOUND_PROXY = address("CHATSITE_OUTBOUND_PROXY")  # HTTP_PROXY and the like are not looked at
OFFERED_MODELS = listed("CHATSITE_MODELS")
if any(len(name) > 180 or not name.isprintable() for name in OFFERED_MODELS):  # providers/models.py, MAX_NAME
    raise ImproperlyConfigured("CHATSITE_MODELS must be names of models, with commas between them")

# --- Limits of one answer: it goes on when its reader leaves, so something must end it --------------------------------
GENERATION_SECONDS = number("CHATSITE_GENERATION_SECONDS", 1800, 1, 7200)
# Silence of a provider; a large model on a small machine may take longer to read a long question.
IDLE_SECONDS = number("CHATSITE_IDLE_SECONDS", 120, 1, 3600)
GENERATION_BYTES = number("CHATSITE_GENERATION_BYTES", 16 * 2**20, 2**10, 2**30)  # as upstream sends them
REQUEST_CHARACTERS = number("CHATSITE_REQUEST_CHARACTERS", 400_000, 100, 10**7)

# --- Words and static files -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_NAME = "chatsite_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
USE_TZ = True
TIME_ZONE = time_zone("CHATSITE_TIME_ZONE")
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "static" / "build" / "manifest.json",
        # Absolute: without django.contrib.staticfiles nothing puts STATIC_URL before it.
        "static_url_prefix": "/static/build",
    }
}

# --- Hints, and what is said in the log -------------------------------------------------------------------------------
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
LOG_LEVEL = choice("CHATSITE_LOG_LEVEL", "info", "debug", "warning", "error", "critical").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a line for everything a client does wrong
        "httpx2": {"level": "WARNING"},  # a line per request of a user
    },
}
