# SPDX-License-Identifier: Apache-2.0
"""Released clients against a running service."""
