# SPDX-License-Identifier: Apache-2.0
"""The API samples are what the API answers."""
