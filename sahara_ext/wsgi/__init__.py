# SPDX-License-Identifier: Apache-2.0
"""WSGI entry points of sahara_ext."""

from ext_lib import library_notices

library_notices.silence()
