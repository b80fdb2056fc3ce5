# SPDX-License-Identifier: Apache-2.0
"""Links in answers: to a resource, to its bookmark, to the next page."""

from collections.abc import Sequence
import re
import urllib.parse

from ext_lib.wsgi import request

Link = dict[str, str]

_HEXADECIMAL = re.compile(r'^[0-9a-f-]+$')


class Links:
    """The links of one service.

    :param prefix: scheme, host and path to use instead of the request's; for
        services behind a proxy
    """

    def __init__(self, prefix: str | None = None) -> None:
        self.prefix = prefix

    def base(self, req: request.Request) -> str:
        """Return the URL of the API's root, version included."""
        root = str(req.application_url)
        if not self.prefix:
            return root
        path = urllib.parse.urlsplit(root).path
        return self.prefix.rstrip('/') + path

    def resource(self, req: request.Request, *path: object) -> list[Link]:
        """Return the self and bookmark links of the resource at ``path``."""
        own, bookmark = self._beginnings(req)
        rest = '/'.join(['', *map(_quote, path)])
        return [
            {'rel': 'self', 'href': own + rest},
            {'rel': 'bookmark', 'href': bookmark + rest},
        ]

    def next_page(
        self,
        req: request.Request,
        path: Sequence[object],
        keys: Sequence[str | None],
    ) -> list[Link]:
        """Return the link to the page after one that ends with ``keys``.

        :param path: the list's own path
        :param keys: what a marker may be, for each item of this page
        :returns: no link when the page is not full
        """
        if not keys or len(keys) != req.page.limit:
            return []
        given = {name: req.GET.getall(name) for name in sorted(req.query)}
        parameters = given | {'marker': [keys[-1]]}
        href = '/'.join([self._beginnings(req)[0], *map(_quote, path)])
        query = urllib.parse.urlencode(parameters, doseq=True)
        return [{'rel': 'next', 'href': f'{href}?{query}'}]

    def _beginnings(self, req: request.Request) -> tuple[str, str]:
        """Return what the URLs of resources and of bookmarks begin with.

        It is made once for a request: a list has links for each item.
        """
        made = req.environ.setdefault(request.ATTRIBUTES, {})
        key = ('links', self.prefix, req.context.project_id)
        if key not in made:
            base = self.base(req)
            made[key] = tuple(
                '/'.join([root, *_project(req)])
                for root in (base, base.rpartition('/')[0])
            )
        found: tuple[str, str] = made[key]
        return found


def _project(req: request.Request) -> list[str]:
    """Return the project segment of links, empty when there is none.

    A project id of hexadecimal digits appears once it stands anywhere in the
    request's URL. Any other only when the request had it as its segment: as a
    part of some other word it would make links that lead nowhere.
    """
    own = req.context.project_id
    if not own:
        return []
    if _HEXADECIMAL.match(own):
        return [own] if own in req.url else []
    return [_quote(own)] if req.project_segment == own else []


def _quote(part: object) -> str:
    return urllib.parse.quote(str(part), safe='')
