# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client gets each server once, however often it is cut off."""

import random
import urllib.parse

import fixtures
from testtools import content

from ext_lib.testing import allinone
from ext_lib.testing import relay
from nova_ext.tests import base
from nova_ext.tests.functional import user
from nova_ext.tests.functional.tasks import resets

_CREATES = 100


class TestResets(base.TestCase):
    """A service of its own, reached through a relay."""

    def test_each_server_is_made_once(self):
        state = self.useFixture(fixtures.TempDir()).path
        service = self.useFixture(allinone.AllInOne(state))
        place = urllib.parse.urlsplit(service.url)
        seed = random.randrange(10**6)
        self.addDetail('seed', content.text_content(str(seed)))
        injected = resets.Resets(seed)
        port = self.useFixture(
            relay.ResettingRelay(place.port or 0, injected.decide)
        ).port
        names = [f'server-{number}' for number in range(_CREATES)]
        answers = resets.create_all(
            f'http://127.0.0.1:{port}{place.path}/servers',
            {'X-Auth-Token': 'admin:demo'},
            [self.body(name) for name in names],
        )
        failed = [a.text for a in answers if a.status_code != 202]
        self.assertEqual([], failed)
        self.assertGreaterEqual(len(injected.places), _CREATES)
        # A repeat may overtake the request, whose answer it gets then.
        replayed = [a for a in answers if 'Idempotency-Replayed' in a.headers]
        self.assertGreater(len(replayed), _CREATES / 2)
        self.assertEqual(
            {relay.AFTER_REQUEST, relay.BEFORE_ANSWER}, set(injected.places)
        )
        found = user.User(service.url).get('/servers')['servers']
        ids = [answer.json()['server']['id'] for answer in answers]
        self.assertEqual(
            dict(zip(names, ids, strict=True)),
            {server['name']: server['id'] for server in found},
        )
        self.assertEqual(_CREATES, len(found))

    def body(self, name):
        server = {'name': name, 'flavorRef': '1', 'imageRef': user.IMAGE}
        return {'server': server}
