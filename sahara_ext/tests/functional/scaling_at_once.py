# SPDX-License-Identifier: Apache-2.0
"""Many requests that change one thing at once: each plans from what is."""

from collections.abc import Mapping
from concurrent import futures
import multiprocessing
import threading
from typing import Any
import uuid

from oslo_config import cfg
import webob

from ext_lib import context
from ext_lib import rpc
from ext_lib.paging import ALL
from ext_lib.tests import polling
from sahara_ext import exception
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.db.facade import facade
from sahara_ext.db.migration import schema
from sahara_ext.engine.api import EngineAPI
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_template import ClusterTemplateList
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.image_registration import ImageRegistration
from sahara_ext.objects.node_group_template import NodeGroupTemplate
from sahara_ext.tests import base
from sahara_ext.tests import requested
from sahara_ext.wsgi import loader

THREADS = 6
PROCESSES = 3
#: How often each scales the cluster.
ROUNDS = 5

_START = {'worker': 1}


def caller() -> context.RequestContext:
    """Return the context of a request."""
    return context.RequestContext(user_id=base.USER, project_id=base.PROJECT)


def engine_api(conf: cfg.ConfigOpts) -> EngineAPI:
    """Return the API with a transport that leads nowhere."""
    # Its options are known once a transport has been made.
    rpc.get_transport(conf).cleanup()
    conf.set_override('transport_url', 'fake://')
    return EngineAPI(conf)


def finish(begun: Cluster, engine_id: str) -> None:
    """Carry out what was begun on a cluster, as an engine does."""
    deadline = Engine.get_deadline(caller(), 60)
    if not Cluster.claim(caller(), begun.id, engine_id, deadline):
        raise AssertionError(f'{begun.id} is claimed by another engine')
    held = Cluster.get_for_engine(caller(), begun.id)
    if held.operation_id != begun.operation_id:
        # It is being deleted by now.
        held.release()
        return
    gone = [
        instance.id
        for group in held.node_groups
        for instance in group.instances
        if instance.state == 'removing'
    ]
    try:
        held.finish_operation(ClusterStatus.ACTIVE, gone=gone)
    except exception.OperationSuperseded:
        held.release()


def scale(
    api: EngineAPI,
    stale: Cluster,
    engine_id: str,
    sizes: Mapping[str, int],
    *add: Mapping[str, Any],
) -> None:
    """Scale a cluster as it was read long ago, when it is its turn.

    :param stale: the cluster as it was read
    """

    def is_accepted() -> bool:
        try:
            scaled = api.scale_cluster(caller(), stale, sizes, add)
        except exception.ClusterInvalidStatus as error:
            if ClusterStatus.DELETING in str(error):
                raise
            return False
        if scaled.operation_id is not None:
            finish(scaled, engine_id)
        return True

    polling.wait_until(is_accepted, f'{stale.id} to be scaled')


def scale_in_process(
    url: str,
    cluster_id: str,
    engine_id: str,
    number: int,
    start: Any,
    said: Any,
) -> None:
    """Scale a cluster by one and back, and say what went wrong."""
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    conf([], project='sahara-ext')
    conf.set_override('connection', url, 'database')
    objects.register_all()
    facade.configure(conf)
    api = engine_api(conf)
    stale = Cluster.get(caller(), cluster_id)
    said.put('ready')
    start.wait()
    try:
        for round_number in range(ROUNDS):
            size = 1 + (number + round_number) % 3
            scale(api, stale, engine_id, {'worker': size})
    except Exception as error:
        said.put(repr(error))
    else:
        said.put('')


class ScalingTests(base.TestCase):
    """The tests of one database; a subclass sets ``url``."""

    url: str

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())
        self.api = engine_api(self.conf)

    def create(self) -> Cluster:
        """Return a cluster that is active."""
        [made] = self.api.create_clusters(caller(), requested.values(_START))
        finish(made, self.engine())
        return Cluster.get(caller(), made.id)

    def engine(self) -> str:
        """Return the id of an engine that is alive."""
        engine = Engine(caller(), host='host')
        engine.register()
        return str(engine.id)

    def at_once(self, work: Any, threads: int = THREADS) -> list[Any]:
        """Return what ``work`` returned or raised, in each thread."""
        barrier = threading.Barrier(threads)

        def run(number: int) -> Any:
            barrier.wait()
            try:
                return work(number)
            except Exception as error:
                return error

        with futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(run, range(threads)))

    def check(self, cluster_id: str) -> None:
        """Check that a cluster has what its groups say."""
        found = Cluster.get(caller(), cluster_id)
        self.assertEqual(ClusterStatus.ACTIVE, found.status)
        for group in found.node_groups:
            self.assertEqual(group.count, len(group.instances), group.name)
            numbers = [instance.position for instance in group.instances]
            self.assertEqual(sorted(set(numbers)), sorted(numbers))

    def test_sizes(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]

        def work(number: int) -> None:
            for round_number in range(ROUNDS):
                size = 1 + (number + round_number) % 4
                scale(self.api, stale, engines[number], {'worker': size})

        self.assertEqual([None] * THREADS, self.at_once(work))
        self.check(stale.id)

    def test_sizes_from_processes(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(PROCESSES)]
        # The connections of this process are not for others.
        facade.get_engine().dispose()
        spawn = multiprocessing.get_context('spawn')
        start, said = spawn.Event(), spawn.Queue()
        workers = [
            spawn.Process(
                target=scale_in_process,
                args=(self.url, stale.id, engines[n], n, start, said),
            )
            for n in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
            self.addCleanup(worker.kill)
        for _ in workers:
            self.assertEqual('ready', said.get(timeout=120))
        start.set()
        found = [said.get(timeout=120) for _ in workers]
        for worker in workers:
            worker.join(60)
        self.assertEqual([''] * PROCESSES, found)
        self.check(stale.id)

    def test_one_new_node_group(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]
        found = self.at_once(
            lambda n: scale(
                self.api, stale, engines[n], {}, requested.group('extra', 2)
            )
        )
        self.assertEqual(1, found.count(None), found)
        for each in found:
            if each is not None:
                self.assertIsInstance(each, exception.NodeGroupNameExists)
        self.check(stale.id)

    def test_to_one_size(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]
        found = self.at_once(
            lambda n: scale(self.api, stale, engines[n], {'worker': 5})
        )
        self.assertEqual([None] * THREADS, found)
        self.check(stale.id)
        [group] = Cluster.get(caller(), stale.id).node_groups
        names = [f'demo-worker-{n:03}' for n in range(1, 6)]
        self.assertEqual(
            names, [each.instance_name for each in group.instances]
        )

    def test_deleted_amid_it(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]

        def work(number: int) -> None:
            if number == 0:
                self.api.delete_cluster(caller(), stale)
                return
            for size in range(2, 2 + ROUNDS):
                scale(self.api, stale, engines[number], {'worker': size})

        found = self.at_once(work)
        self.assertIsNone(found[0])
        for each in found[1:]:
            if each is not None:
                self.assertIsInstance(each, exception.ClusterInvalidStatus)
        deleted = Cluster.get(caller(), stale.id)
        self.assertEqual(ClusterStatus.DELETING, deleted.status)
        states = {
            instance.state
            for group in deleted.node_groups
            for instance in group.instances
        }
        self.assertEqual({'removing'}, states)

    def test_one_image_is_registered(self) -> None:
        image_id = '70a599e0-31e7-49b7-b260-868f441e862b'

        def work(number: int) -> None:
            ImageRegistration.change(
                caller(),
                image_id,
                lambda image: setattr(
                    image, 'tags', [*image.tags, f'tag{number}']
                ),
            )

        self.assertEqual([None] * THREADS, self.at_once(work))
        image = ImageRegistration.get(caller(), image_id)
        self.assertEqual(
            [f'tag{number}' for number in range(THREADS)], sorted(image.tags)
        )

    def test_a_template_changes_amid_the_making_of_another(self) -> None:
        used = group_template('1')
        app = App(self)

        def work(number: int) -> None:
            for flavor in range(ROUNDS):
                if number == 0:
                    body: Any = {'flavor_id': str(flavor)}
                    app.ask('PUT', f'/node-group-templates/{used.id}', body)
                    continue
                body = {
                    'name': f'made-{number}-{flavor}',
                    'plugin_name': 'fake',
                    'hadoop_version': '0.1',
                    'node_groups': [
                        {
                            'name': 'worker',
                            'count': 1,
                            'node_group_template_id': used.id,
                        }
                    ],
                }
                made = app.ask('POST', '/cluster-templates', body)
                path = f'/cluster-templates/{made["cluster_template"]["id"]}'
                app.ask('PUT', path, {'node_groups': body['node_groups']})

        self.assertEqual([None] * THREADS, self.at_once(work))
        found = ClusterTemplateList.get_page(caller(), ALL)
        self.assertEqual(ROUNDS * (THREADS - 1), len(found.objects))
        flavors = {
            group['flavor_id']
            for template in found
            for group in template.node_groups
        }
        self.assertEqual({str(ROUNDS - 1)}, flavors)

    def test_a_template_is_deleted_amid_its_use(self) -> None:
        for round_number in range(ROUNDS):
            used = group_template('1')
            values = {
                **requested.values(_START),
                'node_groups': [
                    {
                        'name': 'worker',
                        'count': 1,
                        'node_group_template_id': used.id,
                    }
                ],
            }

            def work(
                number: int,
                used: NodeGroupTemplate = used,
                values: dict[str, Any] = values,
                round_number: int = round_number,
            ) -> str:
                if number == 0:
                    used.destroy()
                    return used.id
                name = f'c{round_number}-{number}'
                [made] = self.api.create_clusters(
                    caller(), {**values, 'name': name}
                )
                return str(made.id)

            deleted, *made = self.at_once(work, 3)
            for each in made:
                if deleted == used.id:
                    self.assertIsInstance(each, exception.UnknownTemplate)
                else:
                    self.assertIsInstance(deleted, exception.TemplateInUse)
            if deleted != used.id:
                self.assertTrue(any(isinstance(each, str) for each in made))


class App:
    """Sends requests to the HTTP API of a test."""

    def __init__(self, case: ScalingTests) -> None:
        self._case = case
        self._app = loader.load(case.conf)

    def ask(self, method: str, path: str, body: Any) -> Any:
        """Return the body of the answer to a request that is accepted."""
        request = webob.Request.blank(f'/v1.1{path}', method=method)
        request.headers['X-Auth-Token'] = f'{base.USER}:{base.PROJECT}'
        request.json = body
        request.content_type = 'application/json'
        answer = request.get_response(self._app)
        self._case.assertEqual(202, answer.status_int, answer.text)
        return answer.json


def group_template(flavor_id: str) -> NodeGroupTemplate:
    """Return a template of node groups."""
    template = NodeGroupTemplate(
        caller(),
        name=f'template-{uuid.uuid4().hex[:12]}',
        plugin_name='fake',
        plugin_version='0.1',
        flavor_id=flavor_id,
        node_processes=['datanode'],
    )
    template.create()
    return template
