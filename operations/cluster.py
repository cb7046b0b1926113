"""django-q2's cluster as a group of processes that lives and dies as one."""

import logging
import os
import signal

from django_q.cluster import Cluster

from processes.lifeline import follow


def run() -> None:
    """Run the cluster in this process and return when it has been stopped.

    Its sentinel, workers, pusher and monitor are forked; each of them is bound to the process that forked it, because
    orphans would go on taking tasks beside the next cluster.
    """
    logging.getLogger("django-q").setLevel(logging.WARNING)  # else two lines for each heartbeat
    parents: list[int] = []
    os.register_at_fork(
        before=lambda: parents.append(os.getpid()),
        after_in_parent=parents.clear,
        after_in_child=lambda: follow(parents[-1], signal.SIGKILL),
    )
    Cluster().start()
