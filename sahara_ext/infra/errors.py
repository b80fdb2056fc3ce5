# SPDX-License-Identifier: Apache-2.0
"""Errors of logins and commands on instances, keypairs and flavors."""

from ext_lib import exception


class SSHNotConfigured(exception.Error):
    """Engines have no secret to derive the keys of clusters from."""

    msg_fmt = 'Engines cannot log in on instances: %(reason)s.'


class Unreachable(exception.Error):
    """An instance does not answer by SSH."""

    msg_fmt = 'No SSH server answers on %(name)s at %(address)s: %(reason)s'


class HostKeyChanged(exception.Error):
    """Another server than the one of the first login answers."""

    msg_fmt = (
        'Server %(name)s has another host key than at the first login. '
        'It was rebuilt, or another server has its address.'
    )


class LoginRefused(exception.Error):
    """An instance does not let the key of its cluster in."""

    msg_fmt = (
        'Server %(name)s at %(address)s refuses the login of user %(user)s '
        'with the key of the cluster.'
    )


class ConnectionLost(exception.Error):
    """The connection was lost, so the outcome of a command is not known."""

    msg_fmt = (
        'The connection to %(name)s was lost during this command: %(command)s'
    )


class PageUnavailable(exception.Error):
    """A web server that an instance should reach does not answer."""

    msg_fmt = 'From %(name)s, %(url)s cannot be read: %(reason)s'


class CommandTimeout(exception.Error):
    """A command took longer than it may, and was killed."""

    msg_fmt = 'On %(name)s this took more than %(seconds)s s: %(command)s'


class CommandFailed(exception.Error):
    """A command ended with a status that is not 0."""

    msg_fmt = (
        'On %(name)s this ended with status %(status)s: %(command)s\n'
        '%(output)s'
    )


class KeypairNotFound(exception.Error):
    """The compute API does not know the keypair that a cluster names."""

    msg_fmt = 'The compute API has no keypair %(name)s.'


class FlavorNotFound(exception.Invalid):
    """The compute API does not know the flavor of a node group."""

    code = 'NOT_FOUND'
    msg_fmt = 'Flavor %(flavor_id)s could not be found.'


class ComputeUnavailable(exception.Unavailable):
    """The compute API is needed to check a request and does not answer."""

    msg_fmt = 'The compute API does not answer: %(reason)s'
