# SPDX-License-Identifier: Apache-2.0
"""WSGI entry points of sahara_ext."""

from ext_lib import libraries

libraries.prepare()
