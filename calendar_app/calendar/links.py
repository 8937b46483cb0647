"""URLs of what the calendar shows: paths under the mount, like ``Claim.path``; the resolver costs too much per bar.

A test resolves each of them to its page.
"""

from django.urls import get_script_prefix


class Links:
    """Paths in the organisation of this request."""

    def __init__(self):
        self.mount = get_script_prefix()

    def release(self, number):
        return f"{self.mount}calendar/releases/{number}/"

    def blockout(self, pk):
        return f"{self.mount}calendar/blockouts/{pk}/"

    def conflict(self, pk):
        return f"{self.mount}calendar/conflicts/{pk}/"

    def project(self, key):
        return f"{self.mount}portfolio/projects/{key}/"

    def application(self, key):
        return f"{self.mount}portfolio/applications/{key}/"

    def environment(self, key):
        return f"{self.mount}environments/{key}/"
