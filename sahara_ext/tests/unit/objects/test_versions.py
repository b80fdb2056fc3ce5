# SPDX-License-Identifier: Apache-2.0
"""Objects of sahara_ext change their version when they change."""

from ext_lib.testing import versions
from sahara_ext import objects
from sahara_ext.objects import base
from sahara_ext.objects.fields import JsonDictField
from sahara_ext.objects.fields import JsonListField
from sahara_ext.tests import base as test_base

FINGERPRINTS = {
    'Cluster': '1.2-a01bfee1206700971955b3113af40f56',
    'ClusterEvent': '1.1-58a89b72a300072e78b23d0d843354a0',
    'ClusterEventList': '1.1-15ecf022a68ddbb8c2a6739cfc9f8f5e',
    'ClusterInstance': '1.1-fcda5d15538a972bc52b0334d27491cc',
    'ClusterInstanceList': '1.1-15ecf022a68ddbb8c2a6739cfc9f8f5e',
    'ClusterList': '1.2-ddb1e04e0ab69184eb7dd139b87d7d37',
    'ClusterProvisionStep': '1.1-a64e91a99518407d201f9288ae4b684f',
    'ClusterProvisionStepList': '1.1-15ecf022a68ddbb8c2a6739cfc9f8f5e',
    'ClusterTemplate': '1.0-bf089ecfd60100191fc041f29629b9ba',
    'ClusterTemplateList': '1.0-ddb1e04e0ab69184eb7dd139b87d7d37',
    'Engine': '1.0-6c582c4b15fa635d5adf4816bdbb2193',
    'ImageRegistration': '1.0-6c07fb242aac2bb3f2cbff2b3bba1bc1',
    'ImageRegistrationList': '1.0-15ecf022a68ddbb8c2a6739cfc9f8f5e',
    'NodeGroup': '1.1-8e595a2c8f9b6f9046102c5faee4e2bc',
    'NodeGroupTemplate': '1.0-2a8ad0ab4052a918a5a2b4ede9c05d55',
    'NodeGroupTemplateList': '1.0-ddb1e04e0ab69184eb7dd139b87d7d37',
}

OLDEST = {
    'Cluster': '1.0',
    'ClusterEvent': '1.0',
    'ClusterEventList': '1.0',
    'ClusterInstance': '1.0',
    'ClusterInstanceList': '1.0',
    'ClusterList': '1.0',
    'ClusterProvisionStep': '1.0',
    'ClusterProvisionStepList': '1.0',
    'ClusterTemplate': '1.0',
    'ClusterTemplateList': '1.0',
    'Engine': '1.0',
    'ImageRegistration': '1.0',
    'ImageRegistrationList': '1.0',
    'NodeGroup': '1.0',
    'NodeGroupTemplate': '1.0',
    'NodeGroupTemplateList': '1.0',
}


class TestVersions(versions.VersionsTests, test_base.TestCase):
    root = base.SaharaExtObject
    serializer = base.Serializer()
    fingerprints = FINGERPRINTS
    oldest = OLDEST
    register = objects.register_all
    values = {
        JsonDictField: {'service': {'key': [1, None, '\N{SNOWMAN}']}},
        JsonListField: [{'key': 'value'}, 2.5],
    }
