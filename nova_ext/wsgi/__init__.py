# SPDX-License-Identifier: Apache-2.0
"""WSGI entry points of nova_ext."""

from ext_lib import library_notices

library_notices.silence()
