# SPDX-License-Identifier: Apache-2.0
"""The tasks filter: requests that change servers, recorded and repeatable.

It stands between the filter that makes the context and the compute API, this
service's own or nova's. Of nova it needs the application and the environ of
an authenticated request; it has a configuration and a database of its own.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from oslo_config import cfg
from oslo_utils import uuidutils

from ext_lib import process_name
from ext_lib.db import text
from ext_lib.wsgi import auth
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext.middleware.tasks import answers
from nova_ext.middleware.tasks import configuration
from nova_ext.middleware.tasks import recorder
from nova_ext.middleware.tasks import replays
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import reservations
from nova_ext.middleware.tasks import resolver
from nova_ext.middleware.tasks import upstream
from nova_ext.middleware.tasks.requests import Intent
from nova_ext.objects.task import Task

Environ = dict[str, Any]

#: Crash points: between two of them a process may end, and the suite that
#: injects faults ends one at each. Understood; nothing is stored.
RECEIVED: Final = 'received'
#: Its task is stored, and its reservation with it.
RESERVED: Final = 'reserved'
#: The application has answered; nothing of that is stored.
ANSWERED: Final = 'answered'
#: The outcome is stored; the client has not got the answer.
RECORDED: Final = 'recorded'
CRASH_POINTS: Final = (RECEIVED, RESERVED, ANSWERED, RECORDED)

#: Called at each crash point that a request of any thread reaches; for tests.
crash_observers: list[Callable[[str], None]] = []

#: Of the URLs that show tasks.
_TASKS_URL = 'tasks'


class TasksFilter:
    """The filter in front of one application.

    :param conf: the filter's own configuration
    """

    def __init__(self, application: Any, conf: cfg.ConfigOpts) -> None:
        self.application = application
        self.conf = conf
        url = links.Links(conf.api.compute_link_prefix)
        self.upstream = upstream.Upstream(application)
        self.resolver = resolver.Resolver(conf, self.upstream)
        self.reservations = reservations.Reservations(conf, self.resolver)
        self.recorder = recorder.Recorder(conf)
        self.refusals = answers.Refusals(conf, self.upstream, url)
        self.replays = replays.Replays(self.upstream, url)
        self.tasks = answers.Tasks(conf, self.upstream, self.resolver, url)

    def __call__(
        self, environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # Most requests read, and are to be no slower for the filter.
        if environ['REQUEST_METHOD'] not in requests.READING:
            self._work_off()
            return self._change(environ, start_response)
        if _TASKS_URL in environ.get('PATH_INFO', ''):
            self._work_off()
            return self.tasks(environ, start_response)
        return self.application(environ, start_response)

    def _work_off(self) -> None:
        """Store outcomes that could not be stored before, if there are any."""
        if self.recorder.backlog.writes:
            self.recorder.backlog.work_off()

    def _change(
        self, environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        """Understand a request that changes something."""
        req = request.Request(environ)
        project_id = environ.get('HTTP_X_PROJECT_ID')
        intent = requests.understand(req, project_id)
        has_bad_name = intent.has_bad_tag or intent.has_bad_key
        if has_bad_name and self.upstream.is_routed(environ):
            refusal = self.refusals.bad_name(req, intent)
            return refusal(environ, start_response)
        if intent.effect is not requests.Effect.MAKES_TASK:
            return self.application(environ, start_response)
        return self._carry_out(req, intent, start_response)

    def _carry_out(
        self, req: request.Request, intent: Intent, start_response: Any
    ) -> Iterable[bytes]:
        """Have a request carried out as a task: reserve to answer.

        A request without a tag or key has no reservation. Its task is stored
        with the answer, which costs half as much.
        """
        _reach(RECEIVED)
        task = self._new_task(req.environ, intent)
        instead = self._reserve(req, intent, task)
        if instead is not None:
            return instead(req.environ, start_response)
        _reach(RESERVED)
        answer = self._pass_on(req.environ, intent, task)
        _reach(ANSWERED)
        self.recorder.record(req, task, answer, intent.key is not None)
        _reach(RECORDED)
        return answers.send(answer, task, start_response)

    def _new_task(self, environ: Environ, intent: Intent) -> Task:
        server_id = intent.server_id
        if not uuidutils.is_uuid_like(server_id) or len(server_id or '') != 36:
            server_id = None
        return Task(
            auth.caller(environ, overwrite=False),
            task=text.storable(intent.name),
            instance_uuid=server_id and server_id.lower(),
            owner=process_name.current(self.conf.host),
        )

    def _reserve(
        self, req: request.Request, intent: Intent, task: Task
    ) -> Any:
        """Reserve the tag and the key; return the answer to a repeat."""
        if intent.tag is None and intent.key is None:
            return None
        try:
            self.reservations.reserve(req, intent, task)
        except reservations.Answered as answered:
            return self.replays.replay(req, answered.key)
        except reservations.Taken as taken:
            return self.refusals.taken(req, taken)
        except Exception as error:
            self.recorder.refuse(task, error)
            return self.refusals.no_store(req, intent)
        return None

    def _pass_on(
        self, environ: Environ, intent: Intent, task: Task
    ) -> upstream.Answer:
        try:
            return self.upstream.pass_on(environ, intent)
        except Exception:
            # Outside of the filter it becomes an answer of this code.
            self.recorder.note(task, code=500)
            raise


def filter_factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[Any], TasksFilter]:
    """Return the filter for paste.

    ``config_file`` in the paste section names the filter's own file. In this
    service's own pipeline it may be left out.
    """
    conf = configuration.load(local_conf.get('config_file'))
    return lambda app: TasksFilter(app, conf)


def _reach(point: str) -> None:
    for observe in crash_observers:
        observe(point)
