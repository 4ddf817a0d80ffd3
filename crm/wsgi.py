import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("TALLYARD_PROCESS", "web")

from django.core.wsgi import get_wsgi_application  # noqa: E402 (settings read the variables above)

application = get_wsgi_application()
