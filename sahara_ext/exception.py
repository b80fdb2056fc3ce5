# SPDX-License-Identifier: Apache-2.0
"""The errors of sahara_ext, each in one family of ext_lib."""

from ext_lib import exception


class InvalidReference(exception.Invalid):
    """The request refers to what is not there, or not as it has to be."""

    code = 'INVALID_REFERENCE'


class ClusterNotFound(exception.NotFound):
    """No cluster has this id, or the caller may not see it."""

    msg_fmt = "Object with {'id': '%(cluster_id)s'} not found"


class ClusterNameExists(exception.Invalid):
    """The project has another cluster of this name."""

    code = 'NAME_ALREADY_EXISTS'
    msg_fmt = 'There is a cluster with the name %(name)s already.'


class ClusterInvalidStatus(InvalidReference):
    """The status of the cluster does not permit the request."""

    msg_fmt = (
        'Cluster %(cluster_id)s cannot be changed while its status is '
        '%(status)s.'
    )


class ClusterProtected(InvalidReference):
    """The owner of the cluster has it protected from changes."""

    msg_fmt = 'Cluster %(cluster_id)s is protected.'


class OperationSuperseded(exception.Error):
    """The operation was taken over by an engine, or another took its place."""

    msg_fmt = 'Cluster %(cluster_id)s is worked on by another engine now.'


class InvalidValue(exception.Invalid):
    """No column can hold the value of a field."""

    msg_fmt = 'The value of %(name)s cannot be stored: %(reason)s'


class NodeGroupNotFound(InvalidReference):
    """The cluster has no node group of this name."""

    msg_fmt = 'Cluster %(cluster_id)s has no node group %(node_group)s.'


class TemplateNotFound(exception.NotFound):
    """No template has this id, or the caller may not see it."""

    msg_fmt = "Object with {'id': '%(template_id)s'} not found"


class TemplateNameExists(exception.Invalid):
    """The project has another template of this name."""

    code = 'NAME_ALREADY_EXISTS'
    msg_fmt = 'There is a template with the name %(name)s already.'


class TemplateProtected(InvalidReference):
    """The owner of the template has it protected from changes."""

    msg_fmt = 'Template %(template_id)s is protected.'


class UserProtected(exception.Invalid):
    """A protected template uses the template and would change with it."""

    code = 'UPDATE_FAILED'
    msg_fmt = 'The cluster template %(template_id)s that uses it is protected.'


class TemplateInUse(InvalidReference):
    """Something was made from the template, so it has to stay."""

    msg_fmt = 'Template %(template_id)s is in use by %(users)s.'


class ImageNotRegistered(exception.Invalid):
    """The project has not registered this image."""

    code = 'IMAGE_NOT_REGISTERED'
    msg_fmt = 'Image %(image_id)s is not registered.'


class ProvisionStepNotFound(exception.NotFound):
    """No step has this id, or it is not one of the cluster."""

    msg_fmt = 'Provision step %(step_id)s could not be found.'


class ClusterGone(exception.NotFound):
    """The cluster, or its step, was deleted while something was reported."""

    msg_fmt = 'Cluster %(cluster_id)s is gone.'


class StepFailed(exception.Error):
    """A step of the operation has failed, so no other one can begin."""

    msg_fmt = 'Step %(step_name)s has failed.'


class InvalidConfiguration(InvalidReference):
    """A cluster is requested that its plugin cannot make."""


class PluginNotFound(InvalidReference):
    """No plugin has this name."""

    msg_fmt = 'Plugin %(name)s could not be found.'


class PluginVersionNotFound(InvalidReference):
    """The plugin has no such version."""

    msg_fmt = 'Plugin %(name)s has no version %(version)s.'


class FailedOnPurpose(exception.Error):
    """A cluster asked for this failure."""

    msg_fmt = '%(instance_name)s failed on purpose in step %(step_name)s.'


class InfraNotConfigured(exception.Error):
    """The options do not say how to reach the compute API."""

    msg_fmt = '[infra_compute] needs %(option)s.'


class InfraWithoutTasks(exception.Error):
    """The compute API cannot promise what the configuration demands."""

    msg_fmt = (
        'The compute API does not know of tasks, so a launch might be '
        'repeated; see [infra_compute] without_tasks.'
    )


class InfraUnsupported(exception.Error):
    """A node group is to have what the infra driver cannot give it."""

    msg_fmt = 'This cloud has no %(name)s for instances.'


class InfraRefused(exception.Error):
    """The compute API does not do what the infra driver asks for."""

    msg_fmt = 'The compute API refuses: %(reason)s'


class InfraTimeout(exception.Error):
    """Something in the cloud takes longer than it may."""

    msg_fmt = 'Waited %(seconds)s s in vain for %(what)s.%(reason)s'


class ServerRefused(exception.Error):
    """The compute API does not launch a server."""

    msg_fmt = 'Server %(name)s could not be launched: %(reason)s'


class ServerFailed(exception.Error):
    """A server was launched and cannot be used."""

    msg_fmt = 'Server %(name)s has failed: %(reason)s'


class UnknownTemplate(exception.Invalid):
    """A cluster is to be made from a template that is not there."""

    code = 'NOT_FOUND'
    msg_fmt = 'Template %(template_id)s could not be found.'


class NodeProcessNotFound(InvalidReference):
    """The plugin knows no process of this name."""

    msg_fmt = 'Plugin %(name)s has no process %(process)s.'


class ConfigNotFound(InvalidReference):
    """The plugin has nothing of this name to be configured."""

    msg_fmt = 'Plugin %(name)s has nothing to configure as %(config)s.'


class NodeGroupNameExists(exception.Invalid):
    """A cluster was to have two node groups of one name."""

    msg_fmt = 'There are two node groups with the name %(name)s.'


class InstanceNameExists(InvalidReference):
    """The cluster has an instance of the name that a new one would get."""

    msg_fmt = (
        'The cluster has an instance %(name)s already; give the node group '
        'another name.'
    )


class InstanceNameTooLong(exception.Invalid):
    """Names of a cluster and a node group leave no room for a number."""

    msg_fmt = (
        'The name %(name)s of an instance would have more than %(limit)s '
        'characters.'
    )


class TooManyInstances(exception.Invalid):
    """A request is about more instances than there may be."""

    msg_fmt = 'There may be %(limit)s instances, not %(count)s.'
