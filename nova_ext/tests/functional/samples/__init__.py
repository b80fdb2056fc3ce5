# SPDX-License-Identifier: Apache-2.0
"""The API samples: what the API reference shows is what the API says."""
