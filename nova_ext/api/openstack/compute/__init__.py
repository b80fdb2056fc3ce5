# SPDX-License-Identifier: Apache-2.0
"""The compute API, microversions 2.1 to 2.84."""
