# SPDX-License-Identifier: Apache-2.0
"""The HTTP API of clusters: versions 1.1 and 2, by the same controllers."""
