# SPDX-License-Identifier: Apache-2.0
"""Clusters of Apache Spark: a master and workers, on servers."""
