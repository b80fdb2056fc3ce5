# SPDX-License-Identifier: Apache-2.0
"""Every change of a cluster: accepted by the API, carried out here."""
