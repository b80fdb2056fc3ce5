# SPDX-License-Identifier: Apache-2.0
"""The content security policy of pages; settings execute this file.

It is copied to ``openstack_dashboard/local/local_settings.d``. A Horizon with
a policy of its own does without it.
"""

from ext_dashboard import script_nonces

MIDDLEWARE = (*MIDDLEWARE, script_nonces.MIDDLEWARE)  # noqa: F821
TEMPLATES[0]['OPTIONS']['builtins'] = [  # noqa: F821
    *TEMPLATES[0]['OPTIONS'].get('builtins', []),  # noqa: F821
    script_nonces.BUILTINS,
]
TEMPLATES[0]['OPTIONS']['loaders'] = script_nonces.wrapped(  # noqa: F821
    TEMPLATES[0]['OPTIONS']['loaders']  # noqa: F821
)
