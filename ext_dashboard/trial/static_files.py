# SPDX-License-Identifier: Apache-2.0
"""Horizon as a WSGI application that serves its static files, too.

A web server does the latter where Horizon is in use.
"""

from django.conf import settings
from django.contrib.staticfiles import handlers
from django.http import HttpRequest
from django.http import HttpResponseBase
from django.views import static
from openstack_dashboard import wsgi


class StaticFiles(handlers.StaticFilesHandler):
    """Server of the files that have been collected."""

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with a file."""
        return static.serve(
            request, self.file_path(request.path), settings.STATIC_ROOT
        )


application = StaticFiles(wsgi.application)
