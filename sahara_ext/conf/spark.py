# SPDX-License-Identifier: Apache-2.0
"""Options of the plugin that runs Apache Spark."""

from oslo_config import cfg

GROUP = cfg.OptGroup('spark', title='Clusters of Apache Spark')

#: Name of the installation that an image has.
IMAGE = 'image'

OPTS = [
    cfg.DictOpt(
        'versions',
        default={'3.5': IMAGE},
        help='The versions users can choose from, each with its source: '
        '"image" for the one that the image has (``SPARK_HOME``, or '
        '``spark-submit`` on the path); the path of a directory on '
        'instances; or the URL of an archive (``.tgz``) or wheel (``.whl``), '
        'which each instance fetches. The version 3.5 also stands for 3.5.9.',
    ),
    cfg.StrOpt(
        'java',
        default=IMAGE,
        help='The source of Java on instances: "image" (``JAVA_HOME``, or '
        '``java`` on the path), the path of a directory on instances, or the '
        'URL of an archive (``.tgz``), which each instance fetches.',
    ),
    cfg.StrOpt(
        'directory',
        default='spark-cluster',
        regex=r'^[\w./-]+$',
        help='The directory of Spark on instances, relative to the home of '
        'the user that engines log in as.',
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
        help='Seconds between two reads of the state of workers.',
    ),
]
