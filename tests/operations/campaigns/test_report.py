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
from operations.campaigns.report import Approval, CampaignFacts, Happening, LeftOut, SiteReport, report
from operations.campaigns.report_sheet import HEADER, sheet
from operations.campaigns.safe_cells import LONGEST, cell
from operations.campaigns.waves import make_plan
from tests.operations.campaigns.planned import NIGHT, START, rules, site

PLAN = make_plan([site(1), site(2), site(3)], rules(canaries=CanaryRule(each=1), windows=(NIGHT,)))
HOUR = timedelta(hours=1)
ALARM = AlarmKey("400.001", "host=controller-0")
SITES = (
    SiteReport("cell-00002", "c1", "West", 1, 2, End.FAILED, START + HOUR, START + 2 * HOUR, "failed", "=HYPERLINK(1)",
               (), (ALARM,), (ALARM,), finished_at=START + 2 * HOUR),
    SiteReport("cell-00001", "c1", "West", 0, 1, End.DONE, START, START + HOUR / 2, "complete"),
    SiteReport("cell-00003", "c1", "West", 1, 2),
)  # fmt: skip
FACTS = CampaignFacts(
    title="Release 26.09.1", reason="CHG-4711", requester="ann", requested_at=START - HOUR, plan=PLAN,
    hash=plan_hash(PLAN), as_of=START + 3 * HOUR, intact=True, in_words=(("Windows", "Night"),),
    left_out=(LeftOut("cell-9", "c1", "", ("It is offline.",)),),
    approvals=(Approval("bob", START, plan_hash(PLAN), START + HOUR, "Looks fine."),), started_at=START,
    outcome="running", sites=SITES,
    happenings=(Happening(START + 2 * HOUR, "ann", "hold", "cell-00003", "Visitors on site"),),
)  # fmt: skip


def test_it_tells_plan_approval_times_failures_and_exceptions() -> None:
    told = report(FACTS)
    assert told["plan"]["hash"] == plan_hash(PLAN)
    assert told["plan"]["strategy"] == {"kind": "sw-deploy", "release_id": "starlingx-26.09.1"}
    assert (told["waves"][0]["name"], told["waves"][0]["sites"]) == ("Canaries", 1)
    assert told["approvals"][0]["problems"] == []
    summary = told["summary"]
    assert (summary["sites"], summary["done"], summary["failed"], summary["held"], summary["open"]) == (3, 1, 1, 0, 1)
    assert [each["name"] for each in told["sites"]] == ["cell-00001", "cell-00002", "cell-00003"]
    assert told["sites"][0]["minutes"] == 30.0
    assert told["sites"][0]["alarms_before"] is None
    assert told["sites"][1]["new_alarms"] == ["400.001 on host=controller-0"]
    assert told["failures"][0]["name"] == "cell-00002"
    assert told["decisions"][0]["reason"] == "Visitors on site"
    assert told["left_out"][0]["reasons"] == ["It is offline."]
    assert (told["as_of"], told["over"]) == ("2026-11-26T03:00:00+00:00", False)
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
        "Whoever asked for or planned it approved the own plan.",
        "It had expired when the campaign began.",
    ]


def test_a_wave_has_not_ended_while_a_site_of_it_is_open() -> None:
    first, second = report(FACTS)["waves"]
    assert first["ended_at"] == "2026-11-26T00:30:00+00:00"
    assert second["ended_at"] is None


def test_what_is_out_of_scope_is_counted_and_not_named() -> None:
    told = report(replace(FACTS, sites=SITES[1:2], out_of_scope=2, untold=5))
    assert [wave["name"] for wave in told["waves"]] == ["Canaries"]
    assert (told["summary"]["sites"], told["plan"]["sites"], told["summary"]["out_of_scope"]) == (1, 1, 2)
    assert told["decisions_out_of_scope"] == 5
    assert not any(name in json.dumps(told["sites"]) for name in ("cell-00002", "cell-00003"))


def test_new_alarms_count_as_a_failure_unless_they_are_excused() -> None:
    done = replace(SITES[1], new_alarms=(ALARM,))
    told = report(replace(FACTS, sites=(done,)))
    assert (told["summary"]["done"], told["summary"]["count_as_failed"], len(told["failures"])) == (1, 1, 1)
    told = report(replace(FACTS, sites=(replace(done, excused=True, said_by="bob", said="known disk"),)))
    assert (told["summary"]["count_as_failed"], told["summary"]["excused"]) == (0, 1)
    assert told["failures"][0]["said"] == told["exceptions"][0]["reason"] == "known disk"


def test_a_site_that_its_turn_passed_over_is_an_exception() -> None:
    passed = replace(SITES[2], end=End.NOT_RUN, error="dcmanager made no step for it.")
    facts = replace(FACTS, sites=(passed,))
    (told,) = report(facts)["exceptions"]
    assert (told["name"], told["who"], told["reason"]) == ("cell-00003", "", "dcmanager made no step for it.")
    stopped = replace(facts, stop_reason="Wave 1: 2 of 3 sites failed")
    assert report(stopped)["exceptions"] == [], "it is one of many that got no turn"
    begun = replace(stopped, sites=(replace(passed, alarms_before=()),))
    assert [each["name"] for each in report(begun)["exceptions"]] == ["cell-00003"]


def test_rows_for_a_spreadsheet() -> None:
    rows = sheet(report(FACTS))
    rows = rows[len(rows) - len(SITES) - 1 :]  # the last block
    assert rows[0] == list(HEADER)
    assert {len(each) for each in rows} == {len(HEADER)}
    by_name = {each[0]: dict(zip(HEADER, each, strict=True)) for each in rows[1:]}
    assert by_name["cell-00002"]["error"] == "'=HYPERLINK(1)"
    assert by_name["cell-00002"]["minutes"] == "60.0"
    assert by_name["cell-00002"]["alarms before"] == "none"
    assert by_name["cell-00001"]["alarms before"] == "not known"
    assert by_name["cell-00001"]["work ended (UTC)"] == "not known"
    assert (by_name["cell-00003"]["result"], by_name["cell-00003"]["began (UTC)"]) == ("open", "")


def test_the_sheet_has_everything() -> None:
    evil = replace(FACTS, title="=cmd", reason="+1", approvals=(replace(FACTS.approvals[0], who="@x", note="-1"),))
    rows = sheet(report(evil))
    cells = [each for line in rows for each in line]
    for said in (plan_hash(PLAN), "'=cmd", "'+1", "'@x", "'-1", "Visitors on site", "It is offline.", "Canaries"):
        assert said in cells
    assert rows[-len(SITES) - 1] == list(HEADER)
    assert not any(each.startswith(("=", "+", "-", "@")) for each in cells)


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
