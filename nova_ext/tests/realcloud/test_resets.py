# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client, cut off from nova-api amid requests with keys."""

import random
import urllib.parse

from testtools import content

from ext_lib.testing import relay
from nova_ext.tests.functional.tasks import resets
from nova_ext.tests.realcloud import base

_CREATES = 10


class TestResets(base.TestCase):
    """Each server is made once."""

    def test_each_server_is_made_once(self):
        token, url = self.cloud.session(self.MEMBER)
        place = urllib.parse.urlsplit(url)
        seed = random.randrange(10**6)
        self.addDetail('seed', content.text_content(str(seed)))
        injected = resets.Resets(seed)
        port = self.useFixture(
            relay.ResettingRelay(place.port or 80, injected.decide)
        ).port
        names = [self.new_tag() for _ in range(_CREATES)]
        answers = resets.create_all(
            f'http://127.0.0.1:{port}{place.path.rstrip("/")}/servers',
            {
                'X-Auth-Token': token,
                'OpenStack-API-Version': 'compute 2.37',
            },
            [self.server_body(name) for name in names],
        )
        failed = [a.text for a in answers if a.status_code != 202]
        self.assertEqual([], failed)
        self.assertGreaterEqual(len(injected.places), _CREATES)
        for name, answer in zip(names, answers, strict=True):
            self.assertEqual(
                [answer.json()['server']['id']], self.servers(name)
            )
