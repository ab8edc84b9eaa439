"""Settings of Django.  Everything that differs between places comes from the environment; CONTRIBUTING.md lists it."""

import json
import os
import re

from tongban.hall import database, logs, state

HERE = state.ROOT / "tongban"


def _switch(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0") == "1"


def _papers_host(told: str, pages: list[str]) -> str:
    """Return the host of papers as told; it must be another name than those of the pages."""
    if told and not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", told):
        raise SystemExit(
            f"TONGBAN_PAPERS_HOST 应是一个主机名，如 papers.ban.example.gov.cn，不写 https://。现在是：{told}"
        )
    if told and told.partition(":")[0] in [one.lower() for one in pages]:
        raise SystemExit("TONGBAN_PAPERS_HOST 要和网页的主机名（TONGBAN_HOSTS）不同。请另取一个主机名。")
    return told


#: True only with the embedded database or by TONGBAN_DEMO=1: the demo's clock and keys made on first use.
TONGBAN_DEMO = state.is_demo()
#: Folder of key files (field.key, hash.key, secret.key), outside the database and its backup.
TONGBAN_KEYS = state.keys()
#: Folder of uploads and made documents.
TONGBAN_FILES = state.files()
#: Addresses of other agencies' systems by their code; the keys shared with them lie in the key folder.
TONGBAN_EXCHANGE: dict[str, str] = json.loads(os.environ.get("TONGBAN_EXCHANGE", "{}"))

#: Where printed codes lead: the public address of the verification page.
TONGBAN_VERIFY_PAGE = os.environ.get("TONGBAN_VERIFY_PAGE", "http://127.0.0.1:8000/verify")

DEBUG = _switch("TONGBAN_DEBUG")
if DEBUG and not TONGBAN_DEMO:
    raise SystemExit("TONGBAN_DEBUG=1 会在网页上显示内部数据，只能用于演示和开发。请去掉后再启动。")
SECRET_KEY = state.secret("secret.key", make=TONGBAN_DEMO).hex()
ALLOWED_HOSTS = os.environ.get("TONGBAN_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
#: The host of files and documents, with its port where it has one; empty: that of the pages.
TONGBAN_PAPERS_HOST = _papers_host(os.environ.get("TONGBAN_PAPERS_HOST", "").strip().lower(), ALLOWED_HOSTS)
if TONGBAN_PAPERS_HOST:
    ALLOWED_HOSTS.append(TONGBAN_PAPERS_HOST.partition(":")[0])


def _parts(place: str) -> list[str]:
    """Return the Django apps among the rooms or doors: those with an ``apps.py``."""
    found = sorted((HERE / place).glob("*/apps.py"))
    return [f"tongban.{place}.{path.parent.name}" for path in found]


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    *_parts("rooms"),
    *_parts("doors"),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tongban.hall.middleware.PapersApart",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.hall.request_lines.RequestLines",
    "tongban.hall.middleware.OneClock",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tongban.hall.middleware.SecureHeaders",
    "tongban.doors.visiting.ChooseLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongban.doors.look.refusing.Refusals",
    "tongban.hall.middleware.RefuseUnguarded",
    "tongban.hall.middleware.NoNul",
]

ROOT_URLCONF = "tongban.hall.urls"
WSGI_APPLICATION = "tongban.hall.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tongban.doors.look.refusing.demo",
                "tongban.doors.look.rail.doors_open",
            ]
        },
    }
]

#: ``direct``: persistent connections and prepared statements.  ``pgbouncer``: neither (transaction mode).
TONGBAN_DB_PROFILE = os.environ.get("TONGBAN_DB_PROFILE", "direct")
DATABASES = {"default": database.django_settings(TONGBAN_DB_PROFILE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [HERE / "assets" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
#: Where collectstatic puts files for a web server in front; without it they are served from the code.
STATIC_ROOT = os.environ.get("TONGBAN_STATIC") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

#: Largest form without its files (bytes); the files room limits uploads itself.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

#: No sessions of Django: a sign-in is a row of the people room, and messages travel in a signed cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
LOGIN_URL = "/sign-in/"
CSRF_FAILURE_VIEW = "tongban.doors.look.refusing.forgery"

_HTTPS = _switch("TONGBAN_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_NAME = "__Host-csrftoken" if _HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = logs.configuration(level=os.environ.get("TONGBAN_LOG", "INFO"))
