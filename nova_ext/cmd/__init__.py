# SPDX-License-Identifier: Apache-2.0
"""Programs of nova_ext: each starts one process."""
