# SPDX-License-Identifier: Apache-2.0
"""Links say where a thing is, and can be followed."""

import urllib.parse

import ddt
import hypothesis
from hypothesis import strategies
from oslotest import base as test_base

from ext_lib import paging
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema
from ext_lib.wsgi import validation
from ext_lib.wsgi.schema import Param

_STRING = {'type': 'string'}
#: Any, but for NUL, which no query may hold.
_TEXT = strategies.text().map(lambda text: text.replace('\0', ''))
_QUERY = schema.Query(
    {
        'limit': Param(_STRING),
        'marker': Param(_STRING),
        'name': Param(_STRING),
        'sort_key': Param(_STRING, multiple=True),
    }
)
_ROOT = 'http://ext:8774/v2.1'
_TABLE = (
    ('/things', {'GET': 'index'}),
    ('/things/{id}', {'GET': 'show'}),
)


def request(path='/things', project=base.PROJECT, root=_ROOT, segment=False):
    """Return a request whose query is validated."""
    if segment:
        path = f'/{urllib.parse.quote(project, safe="")}{path}'
    req = base.blank(path, project=project, base_url=root)
    contract = controller.Contract(query=_QUERY)
    validation.check_query(req, contract, max_limit=2)
    req.project_segment = project if segment else None
    return req


@ddt.ddt
class TestResource(test_base.BaseTestCase):
    def test_self_and_bookmark(self):
        self.assertEqual(
            [
                {'rel': 'self', 'href': f'{_ROOT}/things/1'},
                {'rel': 'bookmark', 'href': 'http://ext:8774/things/1'},
            ],
            links.Links().resource(request(), 'things', 1),
        )

    @ddt.data(
        ('/things', ''),
        (f'/{base.PROJECT}/things', f'/{base.PROJECT}'),
        (f'/things?name={base.PROJECT}', f'/{base.PROJECT}'),
        (f'/things/{base.PROJECT}0', f'/{base.PROJECT}'),
    )
    @ddt.unpack
    def test_project_shows_when_it_is_in_the_url(self, path, expected):
        found = links.Links().resource(request(path), 'things', '1')
        hrefs = [link['href'] for link in found]
        self.assertEqual(
            [
                f'{_ROOT}{expected}/things/1',
                f'http://ext:8774{expected}/things/1',
            ],
            hrefs,
        )

    @ddt.data(
        ('thing', False, ''),
        ('thing', True, '/thing'),
        ('ext', False, ''),
        ('a b', True, '/a%20b'),
        ('ä', True, '/%C3%A4'),
        (None, False, ''),
        ('', False, ''),
    )
    @ddt.unpack
    def test_project_of_another_spelling_only_as_a_segment(
        self, project, segment, expected
    ):
        req = request(project=project, segment=segment)
        found = links.Links().resource(req, 'things', '1')
        self.assertEqual(f'{_ROOT}{expected}/things/1', found[0]['href'])

    @ddt.data(
        ('https://proxy', 'https://proxy/v2.1', 'https://proxy'),
        ('https://proxy/', 'https://proxy/v2.1', 'https://proxy'),
        (
            'https://proxy:1/compute/',
            'https://proxy:1/compute/v2.1',
            'https://proxy:1/compute',
        ),
    )
    @ddt.unpack
    def test_prefix_replaces_scheme_and_host(self, prefix, base, bookmark):
        found = links.Links(prefix).resource(request(), 'things', '1')
        self.assertEqual(f'{base}/things/1', found[0]['href'])
        self.assertEqual(f'{bookmark}/things/1', found[1]['href'])

    def test_base(self):
        self.assertEqual(_ROOT, links.Links().base(request()))
        under = request(root='http://ext/compute/v2.1')
        self.assertEqual('http://ext/compute/v2.1', links.Links().base(under))
        self.assertEqual(
            'https://proxy/x/compute/v2.1',
            links.Links('https://proxy/x').base(under),
        )


@ddt.ddt
class TestNextPage(test_base.BaseTestCase):
    def link(self, path, keys, **kwargs):
        req = request(path, **kwargs)
        found = links.Links().next_page(req, ('things',), keys)
        self.assertEqual(['next'], [link['rel'] for link in found])
        return found[0]['href']

    @ddt.data(
        ('/things', []),
        ('/things', ['a']),
        ('/things?limit=2', ['a']),
        ('/things?limit=0', []),
        ('/things?limit=5', ['a']),
    )
    @ddt.unpack
    def test_none_when_the_page_is_not_full(self, path, keys):
        self.assertEqual(
            [], links.Links().next_page(request(path), ('things',), keys)
        )

    def test_none_when_there_are_no_pages(self):
        req = request()
        req.page = paging.ALL
        found = links.Links().next_page(req, ('things',), ['a', 'b'])
        self.assertEqual([], found)

    @ddt.data(
        ('', ['a', 'b'], 'marker=b'),
        # The client's own limit stays, not the one that took effect.
        ('?limit=1', ['a'], 'limit=1&marker=a'),
        ('?limit=1000', ['a', 'b'], 'limit=1000&marker=b'),
        # By name; the marker is replaced where it stood.
        (
            '?name=x&marker=a&limit=1',
            ['b'],
            'limit=1&marker=b&name=x',
        ),
        ('?name=x&limit=1', ['b'], 'limit=1&name=x&marker=b'),
        ('?name=%C3%A4+%26', ['a', 'b'], 'name=%C3%A4+%26&marker=b'),
        # What was ignored is left out.
        ('?foo=1&limit=1', ['b'], 'limit=1&marker=b'),
        # What was given twice counts twice.
        (
            '?sort_key=b&sort_key=a',
            ['a', 'b'],
            'sort_key=b&sort_key=a&marker=b',
        ),
    )
    @ddt.unpack
    def test_parameters(self, query, keys, expected):
        href = self.link(f'/things{query}', keys)
        self.assertEqual(f'{_ROOT}/things?{expected}', href)

    def test_path(self):
        req = request(f'/{base.PROJECT}/things')
        path = ('things', 'a/b', 'parts')
        (link,) = links.Links('http://p').next_page(req, path, ['a', 'b'])
        self.assertEqual(
            f'http://p/v2.1/{base.PROJECT}/things/a%2Fb/parts?marker=b',
            link['href'],
        )


class TestLinksCanBeFollowed(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.router = routing.Router(_TABLE)  # type: ignore[arg-type]

    def follow(self, link, project):
        """Return what the link leads to, and the request."""
        self.assertTrue(link.startswith(f'{_ROOT}/'), link)
        path = link.removeprefix(_ROOT)
        req = base.blank(path, project=project, base_url=_ROOT)
        return self.router.match(req), req

    @base.quick
    @hypothesis.given(
        project=strategies.text('0123456789abcdef-', min_size=1)
        | strategies.text('abcxyzAB ._~%?#&ä', min_size=1),
        segment=strategies.booleans(),
        id=strategies.text(min_size=1).filter(lambda id: '/' not in id),
    )
    def test_of_a_resource(self, project, segment, id):
        req = request(project=project, segment=segment)
        link, _ = links.Links().resource(req, 'things', id)
        match, _ = self.follow(link['href'], project)
        self.assertEqual('show', match.target)
        self.assertEqual({'id': id}, match.ids)
        self.assertIn(match.project, (None, project))

    @base.quick
    @hypothesis.given(
        project=strategies.sampled_from(['demo', 'abc', base.PROJECT]),
        segment=strategies.booleans(),
        marker=_TEXT,
        given=strategies.lists(
            strategies.tuples(
                strategies.sampled_from(['name', 'sort_key', 'foo']),
                _TEXT,
            ),
            unique_by=lambda pair: pair[0],
        ),
    )
    def test_of_the_next_page(self, project, segment, marker, given):
        query = urllib.parse.urlencode(given)
        req = request(f'/things?{query}', project, segment=segment)
        keys = ['first', marker]
        (link,) = links.Links().next_page(req, ('things',), keys)
        match, after = self.follow(link['href'], project)
        self.assertEqual('index', match.target)
        kept = {k: v for k, v in given if k != 'foo'}
        self.assertEqual(kept | {'marker': marker}, dict(after.GET))
