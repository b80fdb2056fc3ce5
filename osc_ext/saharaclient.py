# SPDX-License-Identifier: Apache-2.0
"""Progress and events of clusters for python-saharaclient.

The managers raise ``saharaclient.api.base.APIException``, as those of the
client do: ``error_code`` is 404 for a cluster or step that is not there.
"""

from collections.abc import Iterator
import functools
from typing import Any, Final, TypeVar
from urllib import parse

from saharaclient.api import base
from saharaclient.api import client as sahara

_Client = TypeVar('_Client')
_NOT_FOUND: Final = 404


class Progress(base.Resource):
    """The progress of the work on a cluster.

    Attributes are those of the API: ``status``, ``status_description``,
    ``provisioning_percentage`` (0 to 100), and ``provisioning_progress``, the
    steps as dictionaries with ``step_name``, ``completed``, ``failed``,
    ``total``, ``successful``, ``duration`` in seconds and others.
    """

    resource_name = 'Progress'


class Event(base.Resource):
    """An event: an instance that got through a step, or failed.

    Attributes are those of the API: ``instance_name``, ``successful``,
    ``event_info``, ``error_id``, ``created_at`` and others.
    """

    resource_name = 'Event'


Events = list[Event]


class ProgressManager(base.ResourceManager):
    """The progress of clusters."""

    resource_class = Progress
    #: False once the API has turned out to be an older one.
    _shows_provisioning = True

    def get(self, cluster_id: str) -> Progress:
        """Return the progress of a cluster, with all its steps.

        An older service, which shows no provisioning alone, is asked for the
        whole cluster from then on.
        """
        url = _url(cluster_id)
        if self._shows_provisioning:
            try:
                return self._get(f'{url}/provisioning', 'provisioning')
            except base.APIException as error:
                # There is no code where no such URL is known.
                if error.error_code not in (None, _NOT_FOUND):
                    raise
        whole = self._get(url, 'cluster')
        self._shows_provisioning = False
        return whole


class EventManager(base.ResourceManager):
    """The events of clusters."""

    resource_class = Event

    def list(
        self,
        cluster_id: str,
        step_id: str | None = None,
        successful: bool | None = None,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Events:
        """Return the events of a step of a cluster, oldest first.

        :param step_id: the step; unless given the one that runs, else the one
            that failed, else the last
        :param successful: only successes, or only failures
        :param limit: the most events to return; all of them unless given
        :param marker: the id of the event before the first one
        """
        if limit is None:
            return [*self.iterate(cluster_id, step_id, successful, marker)]
        return self._page_of(cluster_id, step_id, successful, marker, limit)

    def iterate(
        self,
        cluster_id: str,
        step_id: str | None = None,
        successful: bool | None = None,
        marker: str | None = None,
    ) -> Iterator[Event]:
        """Yield the events of a step, page by page, oldest first.

        Parameters are those of :meth:`list`.
        """
        ask = functools.partial(self._page_of, cluster_id, step_id, successful)
        while page := ask(marker):
            yield from page
            marker = page[-1].id

    def get(self, cluster_id: str, event_id: str) -> Event:
        """Return an event of a cluster.

        The API shows events by steps only, so those of each step that has
        begun are read until the event is found.
        """
        progress = self._get(_url(cluster_id), 'cluster')
        for step in progress.provisioning_progress:
            if step['started_at'] is not None:
                for event in self.iterate(cluster_id, step['id']):
                    if event.id == event_id:
                        return event
        raise base.APIException(
            _NOT_FOUND,
            'NOT_FOUND',
            f'Cluster {cluster_id} has no event {event_id}',
        )

    def _page_of(
        self,
        cluster_id: str,
        step_id: str | None,
        successful: bool | None,
        marker: str | None,
        limit: int | None = None,
    ) -> Events:
        filters = {
            'step_id': step_id,
            'successful': None if successful is None else str(successful),
        }
        given = {k: v for k, v in filters.items() if v is not None}
        query = base.get_query_string(given, limit=limit, marker=marker)
        return self._list(f'{_url(cluster_id)}/progress{query}', 'events')


def attach(client: _Client) -> _Client:
    """Return ``client`` itself, with two more managers.

    ``client.progress`` is a :class:`ProgressManager` and ``client.events`` an
    :class:`EventManager`; they use the session, the endpoint and the version
    of the client. Everything else, ``client.clusters`` included, stays as it
    is, and so do other clients.

    :param client: one of python-saharaclient, for version 1.1 or 2
    :raises TypeError: when it is none
    """
    if not isinstance(client, sahara.Client):
        raise TypeError(f'{client!r} is no client of python-saharaclient')
    api: Any = client.clusters.api
    client.progress = ProgressManager(api)
    client.events = EventManager(api)
    return client


def _url(cluster_id: str) -> str:
    return f'/clusters/{parse.quote(cluster_id, safe="")}'
