# SPDX-License-Identifier: Apache-2.0
"""The parts of an engine, and of what it is asked by."""
