"""Make .venv and install what requirements.txt (run) or requirements-dev.txt (dev) pins, unless it is there already.

Run by scripts/bootstrap with the Python that the environment is to have; standard library only.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
FILES = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}


def wanted(kind: str, python: str) -> str:
    """What the environment must hold, as one word: it changes with a requirement and with Python's version."""
    digest = hashlib.sha256(python.encode())
    for name in FILES[kind]:
        digest.update((CHECKOUT / name).read_bytes())
    return digest.hexdigest()


def version() -> str:
    """Version of the environment's Python; empty if there is none that runs."""
    asked = "import sys; print(sys.version)"
    try:
        return subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def make() -> None:
    """A fresh environment. One that does not run any more (its Python was removed) is replaced."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        sys.exit(f"{sys.executable} cannot make virtual environments; as root: apt-get install {name}")
    print(f"making {ENVIRONMENT.name} with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=False)
    if done.returncode:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit("the virtual environment could not be made, see above")


def install(kind: str) -> None:
    print(f"installing {FILES[kind][-1]} (a minute or two the first time)", flush=True)
    began = time.monotonic()
    command = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*command, "-r", CHECKOUT / FILES[kind][-1]], check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit("the requirements could not be installed, see above; the next run tries again")
    print(f"installed in {time.monotonic() - began:.0f} s", flush=True)


def main() -> None:
    kind = sys.argv[1]
    if not os.access(CHECKOUT, os.W_OK):
        sys.exit(f"{CHECKOUT} cannot be written by this account: clone it to a folder of your own")
    with (CHECKOUT / ".venv.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits, and finds everything done
        python = version()
        stamps = {name: ENVIRONMENT / f".installed-{name}" for name in FILES}
        if python and stamps[kind].exists() and stamps[kind].read_text() == wanted(kind, python):
            return
        if not python:
            make()
            python = version()
        stamps[kind].unlink(missing_ok=True)
        install(kind)
        for name in ("run", kind):  # the tools' requirements include those of the portal
            stamps[name].write_text(wanted(name, python))


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    main()
