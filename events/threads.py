"""Blocking questions of the sockets (who is this, what did I miss) in a few threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

_pool = ThreadPoolExecutor(3, thread_name_prefix="stream")  # a storm of reconnects must leave the database to others


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`call` in a thread whose database connection is looked after as Django does around a request."""
    return await asyncio.get_running_loop().run_in_executor(_pool, partial(_with_connection, call, *args, **kwargs))


def _with_connection(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    close_old_connections()
    try:
        return call(*args, **kwargs)
    finally:
        close_old_connections()
