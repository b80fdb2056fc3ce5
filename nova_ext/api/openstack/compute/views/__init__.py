# SPDX-License-Identifier: Apache-2.0
"""Objects to response bodies, one file per noun."""
