"""The one settings module, read from top to bottom; the environment comes through `conf`."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from .conf import read_conf
from .database_settings import database_settings
from .logs import logging_settings

django_stubs_ext.monkeypatch()

CONF = read_conf()
SITE = Path(__file__).resolve().parent

# --- The application -------------------------------------------------------------------------

INSTALLED_APPS = [
    "guildmark.site.apps.SiteConfig",
    "guildmark.apps.contributions",
    "guildmark.apps.cases",
    "guildmark.apps.assignments",
    "guildmark.apps.practitioners",
    "guildmark.apps.credentials",
    "guildmark.apps.standard",
    "guildmark.apps.mail",
    "guildmark.apps.accounts",
    "guildmark.apps.audit",
    "guildmark.apps.keys",
    "guildmark.apps.institute",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "rules",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "guildmark.site.middleware.proxies.TrustedProxies",
    "guildmark.site.middleware.requests.RequestLog",
    "guildmark.site.middleware.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guildmark.apps.accounts.middleware.SessionFactor",
    "guildmark.apps.accounts.middleware.SessionActivity",
    "guildmark.apps.accounts.middleware.OneTransaction",
    "guildmark.apps.accounts.middleware.KeptForms",
    "guildmark.site.middleware.preferences.TimeZone",
    "django_htmx.middleware.HtmxMiddleware",
    "guildmark.site.middleware.refusals.NotAllowedPage",
]

ROOT_URLCONF = "guildmark.site.urls"
WSGI_APPLICATION = "guildmark.site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guildmark.site.context.face",
            ],
            # Cotton turns <c-name> into a template tag before Django parses; partials give
            # one page its htmx fragments. Both caches are thrown away with the process.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(CONF)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One table holds the cache, so that rate limits count across all processes and machines.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
GUILDMARK_VAR = CONF.var
MEDIA_ROOT = CONF.var / "files"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# --- Background work and mail ----------------------------------------------------------------

TASKS = {
    "default": {
        "BACKEND": "guildmark.apps.audit.jobs.JobBackend",
        "QUEUES": ["default"],
    }
}
GUILDMARK_JOB_LEASE = CONF.job_lease

EMAIL_BACKEND = "guildmark.apps.mail.backend.QueueingBackend"
GUILDMARK_MAIL_URL = CONF.mail_url
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONF.mail_from

# --- Keys ------------------------------------------------------------------------------------

GUILDMARK_KEK = CONF.kek
GUILDMARK_KEK_FILE = CONF.kek_file
# Only a development machine may make its own key-encryption key on first use.
GUILDMARK_KEK_MAY_BE_MADE = not CONF.production

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"

ACCOUNT_ADAPTER = "guildmark.apps.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
# Whether somebody has an account is nobody's business: sign-up and reset answer alike.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if CONF.https else "http"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_FORMS = {
    "login": "guildmark.apps.accounts.sign_in_forms.SignInForm",
    "signup": "guildmark.apps.accounts.sign_in_forms.SignUpForm",
    "add_email": "guildmark.apps.accounts.sign_in_forms.AddressForm",
    "reset_password": "guildmark.apps.accounts.sign_in_forms.ForgottenPasswordForm",
    "reset_password_from_key": "guildmark.apps.accounts.sign_in_forms.NewPasswordForm",
    "change_password": "guildmark.apps.accounts.sign_in_forms.ChangedPasswordForm",
    "set_password": "guildmark.apps.accounts.sign_in_forms.FirstPasswordForm",
}

MFA_ADAPTER = "guildmark.apps.accounts.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "guildmark.apps.accounts.sign_in_forms.CodeForm",
    "reauthenticate": "guildmark.apps.accounts.sign_in_forms.ConfirmingCodeForm",
    "activate_totp": "guildmark.apps.accounts.sign_in_forms.AppForm",
    "add_webauthn": "guildmark.apps.accounts.sign_in_forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Sign-in itself needs a confirmed address. This lets people with a second factor change theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CONF.production
USERSESSIONS_TRACK_ACTIVITY = True

# --- The web ---------------------------------------------------------------------------------

SECRET_KEY = CONF.secret_key
GUILDMARK_SECRET_KEY_FILE = CONF.secret_key_file
DEBUG = False
ALLOWED_HOSTS = CONF.hosts
GUILDMARK_MODE = CONF.mode
GUILDMARK_TRUSTED_PROXIES = CONF.trusted_proxies
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # TrustedProxies has put the visitor's address in REMOTE_ADDR.

SECURE_SSL_REDIRECT = CONF.https
SECURE_HSTS_SECONDS = 31_536_000 if CONF.https else 0
# Other hosts below this name are not ours to bind; the proxy may say more.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # Probes come from inside, by plain HTTP.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONF.https
SESSION_COOKIE_NAME = "__Host-session" if CONF.https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if CONF.https else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guildmark.site.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str] | str] = {
    feature: []
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}

STATIC_URL = "static/"
STATIC_ROOT = CONF.var / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not CONF.production
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if CONF.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Languages and time ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [SITE / "locale"]
FORMAT_MODULE_PATH = ["guildmark.site.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Logs ------------------------------------------------------------------------------------

LOGGING_CONFIG = "guildmark.site.logs.configure"
LOGGING = logging_settings(CONF)

# W005 and W021 ask to bind all hosts below this name, which is the operator's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
