# SPDX-License-Identifier: Apache-2.0
"""Configuration options of sahara_ext, one file per concern."""
