"""The WSGI application that granian serves; it refuses to load on a database whose walls do not stand."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasemgr.settings")
application = get_wsgi_application()

from releasemgr.readiness import insist_on_walls  # noqa: E402 (models can be imported only now)

insist_on_walls()
