# SPDX-License-Identifier: Apache-2.0
"""A real cloud for tests, and tests of both services in it."""
