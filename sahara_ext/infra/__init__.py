# SPDX-License-Identifier: Apache-2.0
"""Where instances of clusters come from, behind one interface."""
