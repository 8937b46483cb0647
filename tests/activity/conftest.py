"""What the stories of discussion are about: a project of Acme, and files to attach."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def payments(acme):
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        return Project.objects.create(key="payments", name="Payments", portfolio=node)


@pytest.fixture
def panel(payments):
    """The address of the panel of the project Payments."""
    return f"/o/acme/activity/history/project/{payments.pk}/"


def upload(name="evidence.txt", content=b"All 312 cases passed.\n"):
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def office(*parts):
    """An office document of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as document:
        for part in ("[Content_Types].xml", *parts):
            document.writestr(part, "<x/>")
    return made.getvalue()
