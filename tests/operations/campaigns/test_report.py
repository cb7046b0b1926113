"""The report for the change board: complete, the same every time, and harmless in a spreadsheet."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from operations.campaigns.batch import End
from operations.campaigns.facts import AlarmKey
from operations.campaigns.plan import CanaryRule, plan_hash
from operations.campaigns.report import HEADER, Approval, CampaignFacts, Happening, SiteReport, csv_rows, report
from operations.campaigns.safe_cells import LONGEST, cell
from operations.campaigns.waves import make_plan
from tests.operations.campaigns.planned import NIGHT, START, rules, site

PLAN = make_plan([site(1), site(2), site(3)], rules(canaries=CanaryRule(each=1), windows=(NIGHT,)))
HOUR = timedelta(hours=1)
ALARM = AlarmKey("400.001", "host=controller-0")
SITES = (
    SiteReport("cell-00002", "c1", "West", 1, 2, End.FAILED, START + HOUR, START + 2 * HOUR, "failed", "=HYPERLINK(1)",
               (), (ALARM,), (ALARM,)),
    SiteReport("cell-00001", "c1", "West", 0, 1, End.DONE, START, START + HOUR / 2, "complete"),
    SiteReport("cell-00003", "c1", "West", 1, 2),
)  # fmt: skip
FACTS = CampaignFacts(
    title="Release 26.09.1", reason="CHG-4711", requester="ann", requested_at=START - HOUR, plan=PLAN,
    approvals=(Approval("bob", START, plan_hash(PLAN), START + HOUR, "Looks fine."),), started_at=START,
    outcome="running", sites=SITES,
    happenings=(Happening(START + 2 * HOUR, "ann", "hold", "cell-00003", "Visitors on site"),),
)  # fmt: skip


def test_it_tells_plan_approval_times_failures_and_exceptions() -> None:
    told = report(FACTS)
    assert told["plan"]["hash"] == plan_hash(PLAN)
    assert told["plan"]["strategy"] == {"kind": "sw-deploy", "release_id": "starlingx-26.09.1"}
    assert told["plan"]["waves"][0] == {"number": 0, "name": "Canaries", "batches": 1, "sites": 1}
    assert told["approvals"][0]["problems"] == []
    summary = told["summary"]
    assert (summary["sites"], summary["done"], summary["failed"], summary["held"], summary["open"]) == (3, 1, 1, 0, 1)
    assert [each["name"] for each in told["sites"]] == ["cell-00001", "cell-00002", "cell-00003"]
    assert told["sites"][0]["minutes"] == 30.0
    assert told["sites"][0]["alarms_before"] is None
    assert told["sites"][1]["new_alarms"] == ["400.001 on host=controller-0"]
    assert told["failures"][0]["name"] == "cell-00002"
    assert told["exceptions"][0]["reason"] == "Visitors on site"
    assert [(wave["number"], wave["done"], wave["failed"]) for wave in told["waves"]] == [(0, 1, 0), (1, 0, 1)]
    assert told["waves"][1]["began_at"] == "2026-11-26T01:00:00+00:00"


def test_it_is_plain_data_and_the_order_of_the_facts_does_not_matter() -> None:
    turned = replace(FACTS, sites=tuple(reversed(SITES)))
    assert json.dumps(report(FACTS)) == json.dumps(report(turned))


def test_an_approval_that_does_not_hold_is_told() -> None:
    wrong = Approval("ann", START, "0" * 64, START - timedelta(seconds=1))
    (told,) = report(replace(FACTS, approvals=(wrong,)))["approvals"]
    assert told["problems"] == [
        "It was given for another plan.",
        "The requester approved the own plan.",
        "It had expired when the campaign began.",
    ]


def test_rows_for_a_spreadsheet() -> None:
    rows = csv_rows(FACTS)
    assert rows[0] == list(HEADER)
    assert {len(each) for each in rows} == {len(HEADER)}
    by_name = {each[0]: dict(zip(HEADER, each, strict=True)) for each in rows[1:]}
    assert by_name["cell-00002"]["error"] == "'=HYPERLINK(1)"
    assert by_name["cell-00002"]["minutes"] == "60.0"
    assert by_name["cell-00001"]["alarms before"] == "not read"
    assert by_name["cell-00003"]["result"] == ""


@given(
    st.text(max_size=300)
    | st.sampled_from(["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "＝1", "\u200b=1"])
)
def test_no_text_can_be_run(text: str) -> None:
    told = cell(text)
    assert not told.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert told.isprintable()
    out = io.StringIO()
    csv.writer(out).writerow([told, "x"])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == [told, "x"]


def test_other_values() -> None:
    assert [cell(value) for value in (None, True, False, -3, 1.5, "")] == ["", "yes", "no", "-3", "1.5", ""]
    assert len(cell("x" * 9999)) == LONGEST
