"""Every setting, read once from MOONSEAL_… variables; imports with none of them set.

``SETTINGS`` lists each with its meaning, unit and default: ``moonseal check`` and the documents print it. The first
lines replace the standard sqlite3 by pysqlite3: Debian's 3.40.1 can corrupt a WAL database (fixed in 3.51.3). This
module must therefore be imported before anything opens a database; ``sqlite3`` is named nowhere else.
"""

import ipaddress
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pysqlite3  # type: ignore[import-untyped]  # it has no types
import pysqlite3.dbapi2  # type: ignore[import-untyped]  # the same

FIRST_SAFE_SQLITE = (3, 51, 3)

if pysqlite3.sqlite_version_info < FIRST_SAFE_SQLITE:
    raise RuntimeError(f"SQLite {pysqlite3.sqlite_version} may corrupt a WAL database; 3.51.3 or later is needed.")
if (driver := sys.modules.get("django.db.backends.sqlite3.base")) and driver.Database is not pysqlite3.dbapi2:
    raise RuntimeError("Django was loaded with the old SQLite driver; import settings earlier.")
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


class SettingRefused(Exception):
    """A variable holds a value that must not be used; names the variable and says why."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable}: {reason}")
        self.variable = variable
        self.reason = reason


@dataclass(frozen=True)
class Setting:
    variable: str
    meaning: str
    unit: str
    default: str

    def read(self) -> str:
        return os.environ.get(self.variable, "") or self.default

    def number(self) -> int:
        """Return a whole number above zero, or raise ``SettingRefused``."""
        text = self.read()
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise SettingRefused(self.variable, f"{text!r} is not a whole number above zero")
        return int(text)


SETTINGS = {
    setting.variable: setting
    for setting in (
        Setting("MOONSEAL_DATA", "the one folder to back up: database, files, keys", "path", "var"),
        Setting(
            "MOONSEAL_DATABASE_URL", "postgresql://user:password@host:port/name; empty: SQLite in the folder", "URL", ""
        ),
        Setting(
            "MOONSEAL_FILES_URL",
            "where files lie: local, or s3://host:port/bucket (s3+http:// without TLS)",
            "URL",
            "local",
        ),
        Setting("MOONSEAL_S3_ACCESS_KEY", "access key of the S3 server", "text", ""),
        Setting("MOONSEAL_S3_SECRET_KEY_FILE", "file that holds the S3 server's secret key", "path", ""),
        Setting("MOONSEAL_PUBLIC_URL", "address printed on paper for ten years; empty: no QR code", "URL", ""),
        Setting(
            "MOONSEAL_ALLOWED_HOSTS",
            "host names that the service answers to",
            "names, comma",
            "localhost,127.0.0.1,[::1]",
        ),
        Setting("MOONSEAL_TRUSTED_PROXIES", "addresses of reverse proxies that end TLS", "addresses, comma", ""),
        Setting("MOONSEAL_SECURE_COOKIES", "yes where people reach the service by TLS", "yes or no", "no"),
        Setting("MOONSEAL_LANGUAGE", "first language of the pages", "vi or en", "vi"),
        Setting("MOONSEAL_WORKER_THREADS", "dossiers that one worker reads at once", "threads", "2"),
        Setting("MOONSEAL_JOBS_POLL_MS", "how often a worker looks for new jobs", "milliseconds", "1000"),
        Setting("MOONSEAL_LEASE_S", "a worker silent for so long is dead, its work taken over", "seconds", "8"),
        Setting(
            "MOONSEAL_SESSION_MINUTES", "a signing session left open so long is void, its number too", "minutes", "30"
        ),
        Setting(
            "MOONSEAL_NUMBERING",
            "a result's number and date: reserved and shown before the official signs, or written after",
            "at_signing or after_signing",
            "at_signing",
        ),
        Setting(
            "MOONSEAL_TSA_URLS",
            "timestamp authorities in the order to ask them; own: the commune's own",
            "URLs or own, comma",
            "own",
        ),
        Setting(
            "MOONSEAL_TSA_CERTIFICATES",
            "files of authorities whose timestamps are taken beside the Government's and our own",
            "paths, comma",
            "",
        ),
        Setting(
            "MOONSEAL_TSA_POLICIES", "policies that others' timestamps may be made under; empty: any", "OIDs, comma", ""
        ),
        Setting("MOONSEAL_EGRESS_HOSTS", "servers that may be asked about revocation", "names, comma", ""),
        Setting(
            "MOONSEAL_EGRESS_INSIDE_HOSTS", "servers to ask that may stand in the inner network", "names, comma", ""
        ),
        Setting(
            "MOONSEAL_RESULT_LEVEL",
            "level of a sealed result: B-LT, or B-LTA with an archive timestamp",
            "level",
            "B-LTA",
        ),
        Setting("MOONSEAL_RENEW_DAYS", "results are renewed so long before their newest timestamp ends", "days", "90"),
        Setting("MOONSEAL_CACHE_MAX_MB", "what was read already, kept so that work cut short goes on", "MiB", "1024"),
        Setting("MOONSEAL_CACHE_DAYS", "what was read is let go so long after its last use", "days", "7"),
        Setting("MOONSEAL_WATCH_SETTLE_S", "a watched file that did not change for so long is whole", "seconds", "5"),
        Setting("MOONSEAL_SCAN_MAX_MB", "largest scan taken in", "MiB", "50"),
        Setting("MOONSEAL_SCAN_PAGES_MAX", "most pages of one scan", "pages", "500"),
        Setting("MOONSEAL_PAGE_MAX_MEGAPIXELS", "largest page as an image", "million pixels", "60"),
        Setting("MOONSEAL_UPLOAD_MAX_MB", "largest request of a browser: all files of one form", "MiB", "256"),
        Setting("MOONSEAL_SCANS_MAX", "most scans of one submission", "files", "50"),
    )
}


def _text(variable: str) -> str:
    return SETTINGS[variable].read()


def _names(variable: str) -> list[str]:
    return [name.strip() for name in _text(variable).split(",") if name.strip()]


def _one_of(variable: str, *choices: str) -> str:
    if (text := _text(variable)) not in choices:
        raise SettingRefused(variable, f"{text!r} is none of {', '.join(choices)}")
    return text


HERE = Path(__file__).resolve().parent
# A checkout keeps its data beside the code, wherever the command was typed; an installed wheel, where it was typed.
DATA = ((HERE if (HERE / "pyproject.toml").is_file() else Path.cwd()) / _text("MOONSEAL_DATA")).resolve()
ASSETS = HERE / "assets"


def _secret_key() -> str:
    """Return the data folder's own random key; made once, readable by its owner only."""
    DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = DATA / "secret-key"
    if not path.exists():
        draft = DATA / f".secret-key-{os.getpid()}"
        draft.touch(mode=0o600)
        with draft.open("w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # of two processes that start together, the first wins; never half a key
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


def public_url(text: str) -> str:
    """Return the address that is printed on paper, or raise ``SettingRefused`` if it cannot be reached."""
    variable = "MOONSEAL_PUBLIC_URL"
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingRefused(variable, "must begin with https:// and name a host")
    if parts.query or parts.fragment or parts.username or parts.path not in {"", "/"}:
        raise SettingRefused(variable, "must be the bare address of the service, without a path")
    host = parts.hostname.rstrip(".")
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and host.rsplit(".", 1)[1] not in {"localhost", "local", "internal", "lan", "home", "test"}
    if not public:
        raise SettingRefused(variable, f"{host} cannot be reached from outside; what is on paper must be")
    return f"https://{parts.netloc.rstrip('.')}"


def _database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "moonseal.db",
            "CONN_MAX_AGE": None,  # a worker thread keeps its connection; close_old_connections drops broken ones
            # A file, and one for each run: the in-memory default has no WAL, so other locks than in use.
            "TEST": {"NAME": DATA / f"test-{os.getpid()}.db"},
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise SettingRefused("MOONSEAL_DATABASE_URL", "must be postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": f"test_moonseal_{os.getpid()}"},
    }


# our own
FILES_URL = _text("MOONSEAL_FILES_URL")
S3_ACCESS_KEY = _text("MOONSEAL_S3_ACCESS_KEY")
S3_SECRET_KEY_FILE = _text("MOONSEAL_S3_SECRET_KEY_FILE")
PUBLIC_URL = public_url(_text("MOONSEAL_PUBLIC_URL"))
TRUSTED_PROXIES = _names("MOONSEAL_TRUSTED_PROXIES")
WORKER_THREADS = SETTINGS["MOONSEAL_WORKER_THREADS"].number()
JOBS_POLL_S = SETTINGS["MOONSEAL_JOBS_POLL_MS"].number() / 1000
LEASE_S = SETTINGS["MOONSEAL_LEASE_S"].number()
SESSION_MINUTES = SETTINGS["MOONSEAL_SESSION_MINUTES"].number()
NUMBERING = _one_of("MOONSEAL_NUMBERING", "at_signing", "after_signing")
WATCH_SETTLE_S = SETTINGS["MOONSEAL_WATCH_SETTLE_S"].number()
CACHE_MAX_BYTES = SETTINGS["MOONSEAL_CACHE_MAX_MB"].number() << 20
CACHE_DAYS = SETTINGS["MOONSEAL_CACHE_DAYS"].number()
SCAN_MAX_BYTES = SETTINGS["MOONSEAL_SCAN_MAX_MB"].number() << 20
SCAN_PAGES_MAX = SETTINGS["MOONSEAL_SCAN_PAGES_MAX"].number()
PAGE_MAX_PIXELS = SETTINGS["MOONSEAL_PAGE_MAX_MEGAPIXELS"].number() * 1_000_000
MOONSEAL_UPLOAD_MAX_BYTES = SETTINGS["MOONSEAL_UPLOAD_MAX_MB"].number() << 20
SCANS_MAX = SETTINGS["MOONSEAL_SCANS_MAX"].number()
RESULT_LEVEL = _one_of("MOONSEAL_RESULT_LEVEL", "B-LT", "B-LTA")
RENEW_DAYS = SETTINGS["MOONSEAL_RENEW_DAYS"].number()
JOBS_SCHEMA = "jobs"  # on PostgreSQL the job engine's tables stand in the same database under this schema
OFFICE_UTC_OFFSET_HOURS = 7  # Viet Nam has no summer time; shown and counted in this, stored in UTC

# Django's
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = _names("MOONSEAL_ALLOWED_HOSTS")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "dossiers",
    "web",
]
MIDDLEWARE = [
    "web.middleware.Outermost",  # first, so that refusals and error pages carry the headers too
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.middleware.Language",  # not Django's own, which asks the browser: citizens get Vietnamese
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "web.middleware.Gate",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "web.middleware.DomainErrors",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "web.context.frame",
            ]
        },
    }
]
DATABASES = {"default": _database(_text("MOONSEAL_DATABASE_URL"))}
ATOMIC_REQUESTS = False  # a transaction holds the business change, never a whole request
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "dossiers.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # so that nobody locks a colleague out from another desk
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in stands in our own history
AXES_CLIENT_IP_CALLABLE = "web.tries.address_of"
AXES_LOCKOUT_CALLABLE = "web.errors.locked_out"
AXES_VERBOSE = False  # its log lines hold names and addresses
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"  # shown; the database holds UTC
USE_I18N = True
LANGUAGE_CODE = _text("MOONSEAL_LANGUAGE")
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]

STATIC_URL = "static/"
STATICFILES_DIRS = [ASSETS / "web"] if (ASSETS / "web").is_dir() else []
WHITENOISE_USE_FINDERS = True  # no collectstatic step between a fresh clone and the first page
WHITENOISE_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 24 * 3600  # sent on TLS only
CSRF_FAILURE_VIEW = "web.errors.csrf_failed"
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES = _text("MOONSEAL_SECURE_COOKIES") == "yes"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 3600  # without work; web.rules counts it anew and ends every session after a working day
if SECURE_COOKIES:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = SCANS_MAX
