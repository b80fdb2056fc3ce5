# SPDX-License-Identifier: Apache-2.0
"""Views that answer the scripts of the pages."""

import logging
from typing import Any, Final

from django import http
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import generic
from horizon.utils import functions

from ext_dashboard import rest

LOG = logging.getLogger(__name__)

#: Entries of a page.
PAGE: Final = 20
#: How many to ask for: one more says whether there is another page.
ASKED: Final = PAGE + 1
#: Statuses that the browser reads as they are; others are a bad gateway.
_PASSED_ON: Final = (400, 401, 403, 404)


class JsonView(generic.View):
    """A view whose answer is JSON, also where a service is unreachable.

    An error is ``{"error": text}`` with the status of the API, or 503 where
    the API gives no answer.
    """

    def get(self, request: Any, **kwargs: str) -> http.JsonResponse:
        """Answer with what :meth:`read` returns, or with the error."""
        try:
            # Horizon does not do so for requests of scripts.
            with timezone.override(functions.get_timezone(request)):
                return _answer(self.read(request, **kwargs))
        except rest.Refused as refused:
            status = refused.status if refused.status in _PASSED_ON else 502
            return _answer({'error': str(refused)}, status)
        except rest.Unreachable as error:
            LOG.warning('No answer for %s: %s', request.path, error)
            return _answer({'error': _('The service is unreachable.')}, 503)

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return what the answer says."""
        raise NotImplementedError


def page_of(
    found: list[dict[str, Any]], key: str
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Return the entries of a page, and the query of the next page, if any.

    :param found: :data:`ASKED` entries, or all there are
    :param key: of what is the marker in an entry
    """
    page = found[:PAGE]
    return page, {'marker': page[-1][key]} if len(found) > PAGE else None


def _answer(body: dict[str, Any], status: int = 200) -> http.JsonResponse:
    answer = http.JsonResponse(body, status=status)
    answer['Cache-Control'] = 'no-store'
    return answer
