"""A child must not outlive its parent, not even one that was killed with -9.

On Linux the kernel sends the child a signal when the *thread* that started it ends: so children are started from the
main thread, and the request is made after a change of user id (which would clear it). Elsewhere there is no such
signal; there a killed parent leaves its children behind, and only the orderly ways of stopping take them along.
"""

import ctypes
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def follow(parent: int, sent: int) -> None:
    """Have `sent` delivered to this process when its `parent` ends; end it now if that has happened already."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, sent, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(128 + sent)


def die_with_parent(sent: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` for subprocess. Raises RuntimeError outside the main thread: the child follows that thread."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children that follow their parent must be started from its main thread")
    return functools.partial(follow, os.getpid(), int(sent))
