# SPDX-License-Identifier: Apache-2.0
"""Former place of ext_lib.allinone_plugin, for packages of others."""

from ext_lib.allinone_plugin import AllInOnePlugin as Companion
from ext_lib.allinone_plugin import Place

__all__ = ['Companion', 'Place']
