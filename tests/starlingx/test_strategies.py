"""Strategies, options, peers and deployment files, as recorded and as they may come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from starlingx.dcmanager import DcManager
from starlingx.errors import BadValue, NotFound
from starlingx.peers import Peers
from starlingx.session import CloudSession
from starlingx.strategies import Strategies
from starlingx.usm import Usm
from starlingx.vim import KINDS, Vim
from tests.starlingx.replay import Answer, Replay, recorded, spoken


async def test_the_strategy_is_read_without_its_password(session: CloudSession, replay: Replay) -> None:
    extra = {
        "release_id": "starlingx-26.03.1",
        "sysadmin_password": "c2VjcmV0LXNlY3JldA==",
        "snapshot": True,
        "delete": "true",
        "rollback": False,
        "cleanup": "false",
        "kube_upgrade": None,
        "with_prestage": "True",
        "anything": "else",
    }
    row = {"id": 1, "type": "sw-deploy", "state": "initial", "subcloud-apply-type": None, "extra-args": extra}
    replay.answers["dcmanager"] = spoken(row)
    strategy = await Strategies(session).strategy()
    assert strategy is not None
    assert dict(strategy.arguments) == {
        "release_id": "starlingx-26.03.1",
        "snapshot": "true",
        "delete": "true",
        "with_prestage": "true",
    }
    assert strategy.subcloud_apply_type == ""
    assert "c2VjcmV0" not in repr(strategy)

    replay.answers["dcmanager"] = spoken({**row, "extra-args": None})
    without = await Strategies(session).strategy()
    assert without is not None
    assert without.arguments == ()


async def test_the_recorded_strategy_and_its_steps(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "sw_update_strategy.json")
    strategy = await Strategies(session).strategy()
    assert strategy is not None
    assert (strategy.type, strategy.state, strategy.max_parallel_subclouds, strategy.stop_on_failure) == (
        "sw-deploy",
        "applying",
        50,
        False,
    )
    replay.answers["dcmanager"] = recorded("dcmanager", "sw_update_strategy_steps.json")
    steps = await Strategies(session).steps()
    assert (steps[0].cloud, steps[0].stage, steps[0].state) == ("subcloud1", "Complete", "complete")
    assert steps[0].finished_at == datetime(2026, 11, 22, 4, 35, tzinfo=UTC)
    assert len({step.id for step in steps}) == len(steps)


async def test_no_strategy_is_none_and_a_wrong_door_is_not(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "sw_update_strategy_othertype.json")
    assert await Strategies(session).strategy() is None
    replay.answers["dcmanager"] = spoken({"code": 404, "title": "Not Found", "description": "Strategy not found"}, 404)
    assert await Strategies(session).strategy() is None
    assert await Strategies(session).step("subcloud/9") is None
    assert str(replay.requests[-1].rel_url) == "/dcmanager/v1.0/sw-update-strategy/steps/subcloud%2F9"
    replay.answers["dcmanager"] = Answer(b"<html>nginx</html>", 404, "text/html")
    with pytest.raises(NotFound):
        await Strategies(session).strategy()


async def test_options_default_first(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "sw_update_options.json")
    options = await Strategies(session).options()
    assert (options[0].name, options[0].subcloud_id, options[0].max_parallel_workers) == (
        "all clouds default",
        None,
        10,
    )
    assert (options[1].subcloud_id, options[1].alarm_restriction_type) == (5, "strict")


async def test_peers_without_their_users(session: CloudSession, replay: Replay) -> None:
    peers = Peers(session)
    replay.answers["dcmanager"] = recorded("dcmanager", "system_peers.json")
    (peer,) = await peers.system_peers()
    assert (peer.peer_name, peer.heartbeat_interval, peer.availability_state) == ("peer-site-b", 60, "created")
    assert "admin'" not in repr(peer)
    replay.answers["dcmanager"] = recorded("dcmanager", "subcloud_peer_groups.json")
    (group,) = await peers.peer_groups()
    assert (group.peer_group_name, group.group_priority, group.migration_status) == ("pg-east", 0, "")
    replay.answers["dcmanager"] = recorded("dcmanager", "peer_group_associations.json")
    (association,) = await peers.associations()
    assert (association.peer_group_id, association.system_peer_id, association.sync_status) == (1, 1, "in-sync")
    replay.answers["dcmanager"] = recorded("dcmanager", "subcloud_group_East_subclouds.json")
    assert await peers.peer_group_subclouds(group.id)
    assert replay.requests[-1].path == "/dcmanager/v1.0/subcloud-peer-groups/1/subclouds"


async def test_deploy_files_of_a_release(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "subcloud_deploy.json")
    files = await DcManager(session).deploy_files("26.03")
    assert (files.software_version, files.deploy_playbook) == ("26.03", "")
    assert replay.requests[-1].path == "/dcmanager/v1.0/subcloud-deploy/26.03"


async def test_releases_through_the_proxy_of_the_system_controller(session: CloudSession, replay: Replay) -> None:
    replay.catalog = [
        {
            "type": "usm",
            "endpoints": [
                {"interface": "public", "region": region, "url": f"{replay.base}/{path}"}
                for region, path in (("RegionOne", "usm"), ("SystemController", "usmproxy"))
            ],
        },
        {
            "type": "faultmanagement",
            "endpoints": [{"interface": "public", "region": "RegionOne", "url": f"{replay.base}/fm"}],
        },
    ]
    replay.answers |= {"usm": spoken([]), "usmproxy": spoken([{"release_id": "starlingx-26.03.1"}])}
    assert await Usm(session).releases() == []
    assert [r.release_id for r in await Usm(session, central=True).releases()] == ["starlingx-26.03.1"]


STEP = {
    "step-id": 1,
    "step-name": "unlock-hosts",
    "timeout": 1800,
    "entity-type": "hosts",
    "entity-uuids": ["4c0e"],
    "entity-names": ["controller-0"],
    "result": "failed",
    "reason": "sysadmin_password: 'Hunter2!' unlock of controller-0 failed",
    "start-date-time": "2026-11-22 04:00:00",
    "end-date-time": "",
}
STAGE = {
    "stage-id": 0,
    "stage-name": "sw-upgrade-start",
    "total-steps": 3,
    "current-step": 1,
    "inprogress": True,
    "result": "initial",
    "reason": "",
    "steps": [STEP],
    "start-date-time": "2026-11-22 03:59:00",
    "end-date-time": None,
}
PHASE = {
    "phase-name": "apply",
    "total-stages": 2,
    "current-stage": 0,
    "stop-at-stage": 2,
    "inprogress": True,
    "completion-percentage": 33,
    "result": "inprogress",
    "reason": "",
    "response": "Authorization: Bearer c2VjcmV0LXNlY3JldA",
    "stages": [STAGE, "x"],
}
VIM = {
    "uuid": "9d1f",
    "name": "sw-upgrade",
    "state": "applying",
    "current-phase": "apply",
    "current-phase-completion-percentage": 33,
    "controller-apply-type": "serial",
    "worker-apply-type": "parallel",
    "max-parallel-worker-hosts": 10,
    "build-phase": {**PHASE, "phase-name": "build", "completion-percentage": 100, "inprogress": False},
    "apply-phase": PHASE,
}


async def test_the_vim_tells_phases_stages_and_steps(session: CloudSession, replay: Replay) -> None:
    replay.answers["nfv/api/orchestration/sw-upgrade/strategy"] = spoken({"strategy": VIM})
    strategy = await Vim(session).strategy("sw-upgrade")
    assert strategy is not None
    assert (strategy.state, strategy.current_phase, strategy.percent) == ("applying", "apply", 33)
    assert (strategy.build.percent, strategy.apply.percent, strategy.abort.percent) == (100, 33, None)
    assert strategy.abort.stages == ()
    (stage,) = strategy.apply.stages
    assert (stage.name, stage.current_step, stage.total_steps, stage.in_progress) == ("sw-upgrade-start", 1, 3, True)
    (step,) = stage.steps
    assert (step.name, step.entity_names, step.result, step.ended_at) == (
        "unlock-hosts",
        ("controller-0",),
        "failed",
        None,
    )
    assert step.reason.endswith("unlock of controller-0 failed")
    assert "Hunter2" not in repr(strategy)
    assert "c2VjcmV0" not in repr(strategy)


async def test_no_strategy_of_a_kind_is_none(session: CloudSession, replay: Replay) -> None:
    replay.answers["nfv"] = spoken({"strategy": None})
    for kind in KINDS:
        assert await Vim(session).strategy(kind) is None
    with pytest.raises(BadValue):
        await Vim(session).strategy("../../x")
