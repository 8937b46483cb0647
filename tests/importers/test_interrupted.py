"""An import that is killed in the middle leaves whole cycles and can be repeated."""

import os
import subprocess
import sys

import pytest
from django.db.models import Count

from calendar_app.models import Claim, Deployment, Release, Version
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from tests.importers.long_pack import CYCLES, DELIVERABLES, VERSIONS, write_long_pack
from tests.importers.test_openstack import import_pack

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def long_pack(tmp_path):
    return write_long_pack(tmp_path)


def test_kill_in_the_middle_leaves_whole_cycles(long_pack):
    command = [sys.executable, "-m", "django", "import_openstack", str(long_pack), "--org", "brook"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ, text=True
    )
    for line in process.stderr:
        if line.strip().startswith("2/"):
            process.kill()  # the third cycle is under way
            break
    process.stderr.read()
    process.wait()

    with org_scope(Organisation.objects.get(slug="brook")):
        _cycles_are_whole(at_least=2, at_most=CYCLES - 1)
    repeated = import_pack(long_pack)
    assert repeated["stored"]["versions"] == CYCLES * DELIVERABLES * VERSIONS
    assert repeated["created"]["version"] < CYCLES * DELIVERABLES * VERSIONS
    assert import_pack(long_pack)["created"] == {}


def _cycles_are_whole(*, at_least, at_most):
    cycles = Release.objects.filter(kind="enterprise")
    assert at_least <= cycles.count() <= at_most
    whole = [(DELIVERABLES, DELIVERABLES * VERSIONS)] * cycles.count()
    counted = cycles.annotate(
        parts=Count("children", distinct=True), built=Count("children__versions", distinct=True)
    )
    assert list(counted.values_list("parts", "built")) == whole
    assert Deployment.objects.count() == Version.objects.count()
    assert Claim.objects.filter(kind=Claim.Kind.DEPLOYMENT).count() == Deployment.objects.count()
