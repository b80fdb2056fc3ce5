# SPDX-License-Identifier: Apache-2.0
"""All templates and scripts: nothing in them makes markup of texts."""

import pathlib
import re
import unittest

_PACKAGE = pathlib.Path(__file__).parents[1]
#: Ways from a text to markup, or to a script, in scripts and in templates.
_SCRIPTS = re.compile(
    r'innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\('
    r'|new Function|srcdoc|createContextualFragment|parseHTML'
    # Without an argument it is read.
    r"|\.html\((?!\))|\.(?:append|prepend|before|after)\(\s*['\"]<"
    r"|setAttribute\(\s*['\"](?:style|on)"
)
_TEMPLATES = re.compile(
    r'\|\s*safe\b|autoescape off|<script|<style|\sstyle=|\son\w+=|javascript:'
)
#: What must be mirrored, but is not, in languages written from the right.
_SIDES = re.compile(
    r'\b(?:margin|padding|border)-(?:left|right)\b|\bfloat:|^\s*(?:left|right):'
    r'|text-align:\s*right',
    re.MULTILINE,
)


class PagesTest(unittest.TestCase):
    def check(self, pattern, forbidden):
        paths = sorted(_PACKAGE.rglob(pattern))
        self.assertTrue(paths)
        for path in paths:
            found = forbidden.findall(path.read_text())
            self.assertEqual([], found, path.name)

    def test_scripts(self):
        self.check('static/**/*.js', _SCRIPTS)

    def test_templates(self):
        self.check('templates/**/*.html', _TEMPLATES)

    def test_sides(self):
        self.check('static/**/*.scss', _SIDES)

    def test_what_is_forbidden_is_found(self):
        for text in (
            'node.innerHTML = text',
            '$(node).html(text)',
            "body.append('<b>' + text)",
            "node.setAttribute('onclick', text)",
        ):
            self.assertRegex(text, _SCRIPTS)
        for text in ('{{ name|safe }}', '<p onclick="x">', '<p style="x">'):
            self.assertRegex(text, _TEMPLATES)
