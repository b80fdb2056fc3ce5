# SPDX-License-Identifier: Apache-2.0
"""Programs of sahara_ext: each starts one process."""

import warnings

# Libraries of ours import it when it is there; nothing of ours uses it.
warnings.filterwarnings('ignore', r'\s*Eventlet is deprecated')
