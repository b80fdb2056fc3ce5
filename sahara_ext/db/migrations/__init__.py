# SPDX-License-Identifier: Apache-2.0
"""The schema, one revision after the other."""
