"""lint-imports without its start script, whose first line fails in a checkout that was moved or has a long path."""

import sys
from pathlib import Path

from importlinter.cli import lint_imports_command

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
lint_imports_command()
