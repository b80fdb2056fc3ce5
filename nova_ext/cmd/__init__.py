# SPDX-License-Identifier: Apache-2.0
"""Programs of nova_ext: each starts one process."""

from ext_lib import libraries

libraries.prepare()
