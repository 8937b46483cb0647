"""The Celery application of workers and sweeper; tasks are found in each app's `tasks` module."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasemgr.settings")
app = Celery("releasemgr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _refuse_unsafe_database(**_signal):
    """A worker does not start on a database whose walls do not stand."""
    from releasemgr.readiness import insist_on_walls  # noqa: PLC0415 (settings are loaded only when the worker starts)

    insist_on_walls()
