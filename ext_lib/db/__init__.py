# SPDX-License-Identifier: Apache-2.0
"""What every database of ours has: transactions, schema steps, pages."""
