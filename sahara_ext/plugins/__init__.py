# SPDX-License-Identifier: Apache-2.0
"""Kinds of clusters, each a plugin behind one interface."""
