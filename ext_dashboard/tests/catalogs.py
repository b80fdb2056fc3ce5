# SPDX-License-Identifier: Apache-2.0
"""Catalogs of translated messages: what they should have, and their files.

``python -m ext_dashboard.tests.catalogs`` adds new messages to the catalogs,
removes old ones, and compiles them. It needs Babel and Django, which Horizon
brings.
"""

import io
import pathlib
import re
import sys

from babel.messages import catalog
from babel.messages import extract
from babel.messages import mofile
from babel.messages import pofile
from django.conf import settings
from django.utils.translation import template

_PACKAGE = pathlib.Path(__file__).parents[1]
_KEYWORDS = {
    **extract.DEFAULT_KEYWORDS,
    'gettext_lazy': None,
    'pgettext_lazy': ((1, 'c'), 2),
    'ngettext_lazy': (1, 2),
}
#: A call among what Django makes of a template.
_CALL = re.compile(
    r"""\b(?:np|n|p)?gettext\((?:[^()'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\)"""
)

#: What stands before the messages, in every catalog.
_HEAD = r"""# SPDX-License-Identifier: Apache-2.0
msgid ""
msgstr ""
"Project-Id-Version: nova-ext\n"
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plural_forms}\n"

"""


def files(suffix):
    """Return the catalogs that are there, by language."""
    found = sorted(_PACKAGE.glob(f'locale/*/LC_MESSAGES/django{suffix}'))
    return {path.parents[1].name: path for path in found}


def messages():
    """Return a catalog of all messages of Python files and templates."""
    found = catalog.Catalog()
    for path in sorted(_PACKAGE.rglob('*.py')):
        if 'tests' not in path.parts:
            _add(found, path, path.read_text())
    for path in sorted(_PACKAGE.rglob('templates/**/*.html')):
        text = template.templatize(path.read_text(), origin=str(path))
        _add(found, path, '\n'.join(_CALL.findall(text)))
    return found


def read(path):
    """Return the catalog in a file."""
    with path.open('rb') as stream:
        return pofile.read_po(stream)


def read_compiled(path):
    """Return the catalog in a file that is compiled."""
    with path.open('rb') as stream:
        return mofile.read_mo(stream)


def update():
    """Write the catalogs anew, and compile them."""
    for path in files('.po').values():
        known = read(path)
        known.update(messages(), no_fuzzy_matching=True)
        known.obsolete.clear()
        path.write_bytes(_written(known))
        with path.with_suffix('.mo').open('wb') as stream:
            mofile.write_mo(stream, read(path))


def _written(known):
    stream = io.BytesIO()
    pofile.write_po(
        stream, known, width=79, omit_header=True, sort_output=True
    )
    head = _HEAD.format(
        language=known.locale_identifier, plural_forms=known.plural_forms
    )
    return head.encode() + stream.getvalue().rstrip() + b'\n'


def _add(found, path, text):
    stream = io.BytesIO(text.encode())
    source = str(path.relative_to(_PACKAGE.parent))
    for _line, message, comments, context in extract.extract(
        'python', stream, _KEYWORDS
    ):
        found.add(
            message,
            locations=[(source, None)],
            auto_comments=comments,
            context=context,
        )


if __name__ == '__main__':
    settings.configure()
    sys.exit(update())
