# SPDX-License-Identifier: Apache-2.0
"""Many report at once, and some of them die."""
