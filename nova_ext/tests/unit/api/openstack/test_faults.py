# SPDX-License-Identifier: Apache-2.0
"""The one key of a fault's body says what kind it is."""

import ddt
import testtools

from ext_lib import exception
from nova_ext.api.openstack import faults


@ddt.ddt
class TestRender(testtools.TestCase):
    @ddt.data(
        (400, 'badRequest'),
        (401, 'unauthorized'),
        (403, 'forbidden'),
        (404, 'itemNotFound'),
        (405, 'badMethod'),
        (406, 'computeFault'),
        (409, 'conflictingRequest'),
        (413, 'overLimit'),
        (415, 'badMediaType'),
        (429, 'overLimit'),
        (500, 'computeFault'),
        (501, 'notImplemented'),
        (502, 'computeFault'),
        (503, 'serviceUnavailable'),
    )
    @ddt.unpack
    def test_name(self, status, name):
        self.assertEqual(
            {name: {'code': status, 'message': 'why'}},
            faults.render(status, 'why', {}),
        )

    @ddt.data((413, True), (429, True), (503, False), (409, False))
    @ddt.unpack
    def test_when_to_try_again(self, status, told):
        body = faults.render(status, 'why', {'Retry-After': '5'})
        (details,) = body.values()
        self.assertEqual('5' if told else None, details.get('retryAfter'))


class TestFaults(testtools.TestCase):
    def test_answer(self):
        response = faults.FAULTS.from_error(exception.Conflict('why'))
        self.assertEqual(409, response.status_int)
        self.assertEqual(
            {'conflictingRequest': {'code': 409, 'message': 'why'}},
            response.json,
        )
