# SPDX-License-Identifier: Apache-2.0
"""Request and response schemas, one file per noun."""
