# SPDX-License-Identifier: Apache-2.0
"""Nonces of scripts in templates, and the policy of pages."""

from types import SimpleNamespace

from django import http
from django import template
from django import test
from django import urls
from django.template import engine
from django.utils import safestring

from ext_dashboard import script_nonces
from ext_dashboard.tests import base

_HEADER = 'Content-Security-Policy'
_TAG = '{% ext_script_nonce %}'
_SERVER = '70a599e0-31e7-49b7-b260-868f441e862b'


class WithNoncesTest(test.SimpleTestCase):
    def check(self, expected, text):
        self.assertEqual(expected, script_nonces.with_nonces(text))

    def test_inline_script(self):
        self.check(
            f'<script nonce="{_TAG}">a()</script>', '<script>a()</script>'
        )
        self.check(
            f'<script nonce="{_TAG}" type="text/javascript">a()</script>',
            '<script type="text/javascript">a()</script>',
        )

    def test_script_that_is_none_for_browsers(self):
        text = '<script type="text/html" id="a">{{ b }}</script>'
        self.check(text, text)

    def test_script_of_a_file(self):
        text = '<script src="{{ STATIC_URL }}a.js"></script>'
        self.check(text, text)

    def test_script_that_has_one(self):
        text = '<script nonce="a">b()</script>'
        self.check(text, text)

    def test_what_is_compressed(self):
        text = '{% compress js %}\n<script>a()</script>\n{% endcompress %}'
        self.check(
            f'{text}<script nonce="{_TAG}">b()</script>{text}',
            f'{text}<script>b()</script>{text}',
        )


class LoaderTest(test.SimpleTestCase):
    LOADERS = [
        ('django.template.loaders.locmem.Loader', {'first': '<script>1'}),
        (
            'django.template.loaders.cached.Loader',
            [
                (
                    'django.template.loaders.locmem.Loader',
                    {
                        'second': '<script>2{{ text }}',
                        'angular/angular_templates.html': '<script>3',
                    },
                )
            ],
        ),
    ]

    def setUp(self):
        super().setUp()
        self.engine = engine.Engine(
            loaders=script_nonces.wrapped(self.LOADERS),
            builtins=[script_nonces.BUILTINS],
        )

    def render(self, name, **context):
        return self.engine.get_template(name).render(template.Context(context))

    def test_script_gets_it(self):
        self.assertEqual('<script nonce="">1', self.render('first'))

    def test_script_in_a_text_gets_none(self):
        self.assertEqual(
            '<script nonce="">2<script>3</script>',
            self.render(
                'second', text=safestring.mark_safe('<script>3</script>')
            ),
        )

    def test_cached_loader_makes_a_template_once(self):
        self.assertIs(
            self.engine.get_template('second'),
            self.engine.get_template('second'),
        )

    def test_template_that_becomes_a_file(self):
        self.assertEqual(
            '<script>3', self.render('angular/angular_templates.html')
        )


class MiddlewareTest(base.TestCase):
    def answer(self, path, session, is_authenticated=True, headers=()):
        """Return the answer to a request, and the nonce of its templates."""
        found = []

        def respond(request):
            request.resolver_match = urls.resolve(path)
            found.append(script_nonces.ext_script_nonce())
            response = http.HttpResponse()
            for name, value in headers:
                response[name] = value
            return response

        request = test.RequestFactory().get(path)
        request.session = session
        request.user = SimpleNamespace(is_authenticated=is_authenticated)
        request.resolver_match = None
        return script_nonces.Middleware(respond)(request), found[0]

    def test_pages(self):
        for name, args in (
            ('project:instances:detail', [_SERVER]),
            ('admin:instances:detail', [_SERVER]),
            ('project:server_tasks:index', []),
            ('project:server_audit:index', []),
            ('admin:server_audit:index', []),
            ('project:server_history:index', []),
            ('project:server_history:server', [_SERVER]),
            ('project:data_processing.clusters:cluster-details', [_SERVER]),
        ):
            path = urls.reverse(f'horizon:{name}', args=args)
            response, nonce = self.answer(path, {})
            self.assertIn(f"'self' 'nonce-{nonce}' ", response[_HEADER])
            self.assertNotIn('unsafe-inline', response[_HEADER])
            self.assertGreater(len(nonce), 16)

    def test_other_pages(self):
        path = urls.reverse('horizon:project:instances:index')
        response, nonce = self.answer(path, {})
        self.assertNotIn(_HEADER, response)
        # Dialogs of it open on other pages.
        self.assertNotEqual('', nonce)

    def test_nonce_is_that_of_the_session(self):
        path = urls.reverse('horizon:project:server_tasks:index')
        session: dict[str, str] = {}
        first = self.answer(path, session)[1]
        self.assertEqual(first, self.answer(path, session)[1])
        self.assertNotEqual(first, self.answer(path, {})[1])
        self.assertEqual('', script_nonces.ext_script_nonce())

    def test_no_user_has_logged_in(self):
        session: dict[str, str] = {}
        path = urls.reverse('horizon:project:server_tasks:index')
        self.assertEqual('', self.answer(path, session, False)[1])
        self.assertEqual({}, session)

    def test_policy_of_the_view(self):
        path = urls.reverse('horizon:project:server_tasks:index')
        own = "default-src 'none'"
        response, _nonce = self.answer(path, {}, headers=[(_HEADER, own)])
        self.assertEqual(own, response[_HEADER])

    @test.override_settings(STATIC_URL='https://files.test/static/')
    def test_static_files_of_another_server(self):
        path = urls.reverse('horizon:project:server_tasks:index')
        response, _nonce = self.answer(path, {})
        self.assertIn("'self' https://files.test ", response[_HEADER])
