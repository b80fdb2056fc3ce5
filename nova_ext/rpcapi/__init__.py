# SPDX-License-Identifier: Apache-2.0
"""What services ask of each other: the sending ends of the wire."""
