# SPDX-License-Identifier: Apache-2.0
"""The samples of the compute API."""

import pathlib

from ext_lib.testing.documents import Documents

SAMPLES = Documents(
    pathlib.Path(__file__).parents[4] / 'api-samples',
    '2.1',
    {
        '"[0-9a-f]{56}"': '"a hash"',
        '"private_key": "[^"]+"': '"private_key": "a key"',
        '"ssh-rsa [^"]+"': '"a key"',
        '"[0-9a-f]{2}(:[0-9a-f]{2}){15}"': '"a fingerprint"',
        '"adminPass": "[0-9A-Za-z]{12}"': '"adminPass": "a password"',
        '"r-[0-9a-z]{8}"': '"a reservation"',
    },
    others=('data-processing',),
)
