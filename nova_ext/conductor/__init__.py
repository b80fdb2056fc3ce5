# SPDX-License-Identifier: Apache-2.0
"""What needs a view of all hosts, and the database for all of them."""
