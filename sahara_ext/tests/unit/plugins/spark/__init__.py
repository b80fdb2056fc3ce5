# SPDX-License-Identifier: Apache-2.0
"""Unit tests of the plugin that runs Apache Spark."""
