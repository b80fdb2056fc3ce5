# SPDX-License-Identifier: Apache-2.0
"""Options of the plugin that runs Apache Spark."""

from oslo_config import cfg

GROUP = cfg.OptGroup('spark', title='Clusters of Apache Spark')

#: What stands for the installation that an image brings.
IMAGE = 'image'

OPTS = [
    cfg.DictOpt(
        'versions',
        default={'3.5': IMAGE},
        help='The versions users can choose from, each with where instances '
        'have it from: "image" for the one the image brings (``SPARK_HOME``, '
        'or by ``spark-submit`` on the path); the path of a directory on '
        'instances; or the URL of an archive (``.tgz``) or wheel (``.whl``), '
        'which each instance fetches. The version 3.5 also stands for 3.5.9.',
    ),
    cfg.StrOpt(
        'java',
        default=IMAGE,
        help='Where instances have Java from: "image" (``JAVA_HOME``, or by '
        '``java`` on the path), the path of a directory on instances, or the '
        'URL of an archive (``.tgz``), which each instance fetches.',
    ),
    cfg.StrOpt(
        'directory',
        default='spark-cluster',
        regex=r'^[\w./-]+$',
        help='The directory on instances in which everything is, relative to '
        'where a login begins. Each instance has one of its own in it.',
    ),
    cfg.IntOpt(
        'start_timeout',
        default=120,
        min=1,
        help='Seconds until a process of Spark must listen on its ports.',
    ),
    cfg.IntOpt(
        'register_timeout',
        default=180,
        min=1,
        help='Seconds until all workers must have registered with the master.',
    ),
    cfg.IntOpt(
        'decommission_timeout',
        default=600,
        min=0,
        help='Seconds that the executors of a worker have to end before it is '
        'stopped when a cluster shrinks.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=1.0,
        min=0.05,
        help='Seconds between two looks at the state of workers.',
    ),
]
