# SPDX-License-Identifier: Apache-2.0
"""What was done to all servers, of deleted ones too."""
