# SPDX-License-Identifier: Apache-2.0
"""The tab Provisioning of a cluster."""
