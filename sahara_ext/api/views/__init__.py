# SPDX-License-Identifier: Apache-2.0
"""Objects as answers show them, one file per noun."""
