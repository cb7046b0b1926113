"""python -m dcportal.demo: what `make demo` runs once the virtual environment is there."""

import fcntl
import os
import signal
import sys
from pathlib import Path
from typing import IO

from dcportal.demo import options
from dcportal.demo.options import Options, WrongOptionError
from dcportal.demo.steps import StepFailedError
from dcportal.demo.supervisor import Demo
from processes.lifeline import follow


def say(line: str) -> None:
    print(line, flush=True)


def only_one(var: Path) -> IO[bytes]:
    """The lock that the one demo of this checkout holds while it runs. Raises WrongOptionError."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        handle = (var / "demo.lock").open("ab")
    except PermissionError as error:
        raise WrongOptionError(
            f"{error.filename} cannot be written: was the demo run as another user before?"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise WrongOptionError(f"a demo of this checkout is running already ({var / 'demo.lock'})") from None
    return handle


def run(asked: Options) -> None:
    with only_one(asked.var):
        options.require_free(asked)
        if "MAKELEVEL" in os.environ:
            follow(os.getppid(), signal.SIGTERM)  # make killed with -9 takes the demo along
        say(f"dcportal demo, state below {asked.var}")
        Demo(asked, say).run()


def main() -> int:
    try:
        run(options.read())
    except (WrongOptionError, StepFailedError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
