"""The report for the change board as a sheet: blocks of what was planned, approved and decided, then the sites.

Everything in it comes from report.py, so that page, JSON and sheet say the same. No cell can be taken for a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.campaigns.safe_cells import row

UNKNOWN = "not known"
HEADER = (
    "site", "controller", "region", "wave", "batch", "result", "stands", "began (UTC)", "work ended (UTC)",
    "checked (UTC)", "minutes", "last step", "error", "alarms before", "alarms after", "new alarms", "decided by",
    "decision",
)  # fmt: skip
CELLS = (
    "name", "controller", "region", "wave", "batch", "end", "standing", "began_at", "finished_at", "ended_at",
    "minutes", "state", "error", "alarms_before", "alarms_after", "new_alarms", "said_by", "said",
)  # fmt: skip
ALARMS = ("alarms_before", "alarms_after", "new_alarms")
MEASURED = (*ALARMS, "began_at", "finished_at", "ended_at", "minutes")
RAN = ("done", "failed")  # of these, what is not there is not known; of others, there is none
HEADS = (
    ("campaign", "campaign"), ("title", "title"), ("reason", "reason"), ("asked for by", "requester"),
    ("asked for (UTC)", "requested_at"), ("as of (UTC)", "as_of"), ("state", "outcome"),
    ("began (UTC)", "started_at"), ("ended (UTC)", "ended_at"), ("stopped", "stop_reason"),
    ("stopped (UTC)", "stopped_at"), ("stopped by", "stopped_by"),
)  # fmt: skip


def sheet(told: Mapping[str, Any]) -> list[list[str]]:
    """`told`: of report(). Blocks are parted by an empty row; the sites are the last one."""
    blocks = (_heads(told), _approvals(told), _waves(told), _decisions(told), _left_out(told), _sites(told["sites"]))
    rows: list[list[str]] = []
    for block in blocks:
        rows += [[], *block] if rows else block
    return rows


def _heads(told: Mapping[str, Any]) -> list[list[str]]:
    plan = told["plan"]
    heads = [(name, told[key]) for name, key in HEADS]
    heads += [
        ("plan hash", plan["hash"]), ("planned by", plan["planner"]), ("planned (UTC)", plan["planned_at"]),
        ("rows still come to that hash", plan["intact"]),
    ]  # fmt: skip
    heads += [(each["term"], each["text"]) for each in plan["in_words"]]
    heads += [(name.replace("_", " "), value) for name, value in told["summary"].items()]
    return [row((name, UNKNOWN if value is None else value)) for name, value in heads]


def _approvals(told: Mapping[str, Any]) -> list[list[str]]:
    head = ("approved", "by", "at (UTC)", "until (UTC)", "plan hash", "stands", "note", "what is wrong with it")
    return [
        row(head),
        *(
            row(("plan" if each["wave"] is None else f"wave {each['wave']}", each["who"], each["at"],
                 each["expires_at"], each["hash"], each["stands"], each["note"], " ".join(each["problems"])))
            for each in told["approvals"]
        ),
    ]  # fmt: skip


def _waves(told: Mapping[str, Any]) -> list[list[str]]:
    names = ("name", "sites", "done", "count_as_failed", "excused", "open", "began_at", "ended_at", "median_minutes",
             "own_approval", "approved_by", "approved_at")  # fmt: skip
    head = ("wave", "sites", "done", "count as failed", "excused", "open", "began (UTC)", "ended (UTC)", "median min",
            "needs its own approval", "approved by", "approved (UTC)")  # fmt: skip
    return [row(head), *(row(wave[name] for name in names) for wave in told["waves"])]


def _decisions(told: Mapping[str, Any]) -> list[list[str]]:
    head = ("decided (UTC)", "who", "what", "about", "why", "refused")
    rows = [
        [each[name] for name in ("at", "who", "what", "subject", "reason", "refused")] for each in told["decisions"]
    ]
    if told["decisions_out_of_scope"]:
        rows.append(["", "", f"{told['decisions_out_of_scope']} more are not in your scope"])
    return [row(each) for each in (head, *rows)]


def _left_out(told: Mapping[str, Any]) -> list[list[str]]:
    rows = ((each["name"], each["controller"], each["region"], " ".join(each["reasons"])) for each in told["left_out"])
    return [row(("left out", "controller", "region", "why")), *map(row, rows)]


def _sites(sites: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [row(HEADER), *(row(_cells(site)) for site in sites)]


def _cells(site: Mapping[str, Any]) -> Iterator[object]:
    for name in CELLS:
        value = site[name]
        if name == "end":
            yield value or "open"
        elif value is None:
            yield UNKNOWN if name in MEASURED and site["end"] in RAN else None
        else:
            yield ("; ".join(value) or "none") if name in ALARMS else value
