import os

SECRET_KEY = 'not-a-secret'
DEBUG = os.environ.get('DEBUG') == '1'
DJANGO_APPS = [
    'django.contrib.admin',
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
]
LOCAL_APPS = (
    'accounts.apps.AccountsConfig',
    'audit.apps.AuditConfig',
    'billing',
    'catalog',
    'notify',
    'orders',
    'reports',
)
INSTALLED_APPS = DJANGO_APPS + [
    'django.contrib.sites',
    'django.contrib.flatpages',
]
INSTALLED_APPS += LOCAL_APPS
AUTH_USER_MODEL = 'members.User'
SITE_ID = 1
MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
]
TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request',
        'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages',
    ]},
}]
ROOT_URLCONF = 'shop.settings'
urlpatterns = []
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.environ.get('DB', ':memory:')}}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
USE_TZ = True
