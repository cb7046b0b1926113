"""What a bench found out. A bench is a process of its own; it hands its figures over as lines of JSON."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

MARK = "FIGURE "


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. Without a `budget` it is told for comparison. Smaller is better, always."""

    what: str
    measured: float
    unit: str  # "x": a ratio to a floor measured in the same run
    budget: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.measured <= self.budget else "NOT met"


def tell(what: str, measured: float, unit: str, budget: float | None = None, note: str = "") -> None:
    """Hand one figure to whoever started this bench."""
    print(MARK + json.dumps(asdict(Figure(what, measured, unit, budget, note))), flush=True)


def told(line: str) -> Figure | None:
    """The figure in a line of a bench's output."""
    return Figure(**json.loads(line.removeprefix(MARK))) if line.startswith(MARK) else None


def say(text: str) -> None:
    """Progress, for people who wait."""
    print(f"  {text}", file=sys.stderr, flush=True)


def table(name: str, figures: Sequence[Figure]) -> str:
    """Lines: what, measured, budget, verdict, note."""
    width = max((len(figure.what) for figure in figures), default=0)
    lines = [name]
    for figure in figures:
        budget = "" if figure.budget is None else f"budget {shown(figure.budget, figure.unit)}"
        line = f"  {figure.what:<{width}}  {shown(figure.measured, figure.unit):>10}  {budget:<16}  {figure.verdict:<7}"
        lines.append(f"{line}  {figure.note}".rstrip())
    return "\n".join(lines)


def shown(value: float, unit: str) -> str:
    """Three digits that matter."""
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{digits}f} {unit}"
