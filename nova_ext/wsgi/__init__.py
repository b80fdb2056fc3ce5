# SPDX-License-Identifier: Apache-2.0
"""WSGI entry points of nova_ext."""

from ext_lib import libraries

libraries.prepare()
