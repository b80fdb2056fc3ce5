# SPDX-License-Identifier: Apache-2.0
"""Objects of nova_ext change their version when they change."""

from ext_lib.testing import versions
from nova_ext import objects
from nova_ext.objects import base
from nova_ext.tests import base as test_base

FINGERPRINTS = {
    'Instance': '2.4-63186fb2a1fb8ae083f795f68afe6ebc',
    'InstanceAction': '1.1-2cff80953ec8719228b487e3b4f72752',
    'InstanceActionEvent': '1.4-015242822a4590898ac2ccf143503833',
    'InstanceActionEventList': '1.1-818b6c2359c55c2d8e1fb671f6f94779',
    'InstanceActionList': '1.1-7036958999d6a45d4359b88f58b71bd9',
    'InstanceFault': '1.2-1bd3cba5770d5f5c45e6d8741974e033',
    'InstanceList': '2.2-0c74eff0ab8ceace17c3a2981106b6ed',
    'KeyPair': '1.4-1247a2abadb64d1be39ae7a67fb326c6',
    'KeyPairList': '1.3-15ecf022a68ddbb8c2a6739cfc9f8f5e',
    'Migration': '1.7-f75866e0a4ac1ae51a601ace0e7c7c79',
    'MigrationList': '1.4-a5c2c899f6e9a45d1abf39ad823bc13c',
    'Service': '1.21-ee80d35ab72b2a50e157108c1f8b41c2',
    'ServiceList': '1.19-1acb0fa7d92c9f4001bc18dad825599a',
    'Task': '1.2-e9b826d14201110ca788e793ba84c76b',
    'TaskKey': '1.0-5f779525a39610efadcb7694f43bc04b',
    'TaskList': '1.1-c05e476647ceafbc3e16decfc81ec89c',
}

#: The oldest version a peer may have: one before the first field in SINCE.
OLDEST = {
    'Instance': '2.4',
    'InstanceAction': '1.1',
    'InstanceActionEvent': '1.1',
    'InstanceActionEventList': '1.1',
    'InstanceActionList': '1.1',
    'InstanceFault': '1.2',
    'InstanceList': '2.2',
    'KeyPair': '1.4',
    'KeyPairList': '1.3',
    'Migration': '1.1',
    'MigrationList': '1.4',
    'Service': '1.21',
    'ServiceList': '1.19',
    'Task': '1.0',
    'TaskKey': '1.0',
    'TaskList': '1.1',
}


class TestVersions(versions.VersionsTests, test_base.TestCase):
    root = base.NovaExtObject
    serializer = base.Serializer()
    fingerprints = FINGERPRINTS
    oldest = OLDEST
    register = objects.register_all
