# SPDX-License-Identifier: Apache-2.0
"""The steps common to all plugins: what is done to servers."""

from typing import Final


class InfraStep:
    """Names of steps, as users read them."""

    LAUNCHING: Final = 'Launching instances'
    ASSIGNING_IPS: Final = 'Assigning IPs'
    WAITING_FOR_SSH: Final = 'Waiting for ssh'
    DELETING: Final = 'Deleting instances'

    #: What new instances go through, in this order.
    ADDING = (LAUNCHING, ASSIGNING_IPS, WAITING_FOR_SSH)
    ALL = (*ADDING, DELETING)
