"""What was wrong with a site is corrected when it is tried again, or given with the verb: checked, kept, told apart."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from events.models import AuditEntry
from operations.choices import OperationState, TargetState
from operations.models import Operation, RunSecret, SiteRevision, Target
from operations.payloads import site_plan
from sites.models import Cloud, Controller, SubcloudGroup
from tests.operations.api.asking import OPERATIONS, PASSWORD, asked, faults_of, planned, post
from tests.operations.api.sheets import DEPLOYS, GIVEN, body, ready
from tests.operations.planning.site_template import BOOTSTRAP, INSTALL, SECRETS, line
from tests.sites.world import World

AGAIN = {"sysadmin_password": PASSWORD}
BMC = {"bmc_password": "the right one"}
INSTALL_VALUES = """
bootstrap_interface: eno1
bootstrap_address: 10.10.20.10
bootstrap_address_prefix: 24
install_type: 3
bmc_username: operator
bmc_address: 10.10.30.10
"""


@pytest.fixture
def controller(world: World) -> Controller:
    ready(world.controllers[0])
    return world.controllers[0]


@pytest.fixture
def failed(api: Client, controller: Controller) -> Target:
    """A deployment whose installation failed; its secrets are erased."""
    made = post(api, DEPLOYS, body(controller, line(1)))
    assert made.status_code == 201, made.content
    Operation.objects.update(state=OperationState.FAILED_TEMP)
    Target.objects.update(state=TargetState.FAILED, deploy_status="install-failed", dcmanager_id=1, attempt=1)
    RunSecret.objects.all().delete()
    return Target.objects.get()


def retried(api: Client, target: Target, **more: Any) -> Any:
    given = {name: text for name, text in ({"secrets": AGAIN, "verb": "resume"} | more).items() if text}
    return post(api, f"{OPERATIONS}{target.operation_id}/targets/{target.pk}/retry/", given)


def documents(target: Target) -> dict[str, object]:
    site = site_plan(Target.objects.get(pk=target.pk))
    assert site is not None
    return site.settled().documents.by_name


class TestRetry:
    def test_the_right_password_takes_the_install_values_with_it(self, api: Client, failed: Target) -> None:
        assert retried(api, failed, secrets=AGAIN | BMC).status_code == 200
        site = site_plan(failed)
        assert site is not None
        assert site.sent_with("resume", "install-failed", bmc=True) == ("install_values",)
        assert site.sent_with("resume", "install-complete", bmc=True) == ()
        assert site.sent_with("resume", "install-failed", bmc=False) == ()
        files = site.files(AGAIN | BMC, ("install_values",))
        assert set(files) == {"install_values", "bootstrap_address", "group_id"}
        assert "the right one" not in files["install_values"]  # that goes into the form

    def test_a_corrected_cell_is_a_new_revision(self, api: Client, failed: Target) -> None:
        before = failed.facts["digest"]
        answer = retried(api, failed, cells={"bmc": "10.64.9.9"}, secrets=AGAIN | BMC)
        assert answer.status_code == 200, answer.content
        target = Target.objects.get()
        assert target.facts["revised"] == ["install_values"]
        assert target.facts["digest"] == SiteRevision.objects.get().digest != before
        assert target.facts["network"]["bmc_address"] == "10.64.9.9"
        shown = api.get(f"{OPERATIONS}{target.operation_id}/targets/{target.pk}/").json()["payload"]
        assert shown["install_values"]["bmc_address"] == "10.64.9.9"
        entry = AuditEntry.objects.get(verb="target.revise")
        assert (entry.detail["cells"], entry.detail["number"]) == (["bmc"], 1)

    def test_a_corrected_document_goes_before_the_template_s(self, api: Client, failed: Target) -> None:
        changed = BOOTSTRAP.replace("admin_username: admin", "admin_username: operator")
        given = {"bootstrap_values": changed, "secrets": AGAIN | {"password": SECRETS[BOOT_SECRET]}}
        answer = retried(api, failed, **given)
        assert answer.status_code == 200, answer.content
        found = documents(failed)
        assert found["bootstrap_values"]["admin_username"] == "operator"  # type: ignore[index]
        assert found["bootstrap_values"]["name"] == "cell-0001"  # type: ignore[index]
        assert Target.objects.get().facts["revised"] == ["bootstrap_values"]

    def test_a_second_revision_stands_on_the_first(self, api: Client, failed: Target) -> None:
        retried(api, failed, cells={"bmc": "10.64.9.9"}, secrets=AGAIN | BMC)
        Target.objects.update(state=TargetState.FAILED)
        answer = retried(api, failed, cells={"prefix": "25"}, secrets=AGAIN | BMC)
        assert answer.status_code == 200, answer.content
        found: Any = documents(failed)["install_values"]
        assert (found["bmc_address"], found["bootstrap_address_prefix"]) == ("10.64.9.9", 25)
        assert list(SiteRevision.objects.order_by("number").values_list("number", "cells")) == [
            (1, {"bmc": "10.64.9.9"}), (2, {"prefix": "25"}),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"cells": {"nope": "x"}}, "cells/nope"), ({"cells": {"name": "cell-2"}}, "cells/name"),
            ({"cells": {"group": "1"}}, "cells/group"), ({"cells": {"location": "=1+1"}}, "cells/location"),
            ({"cells": {"bmc": "10.64"}}, "install_values/bmc_address"),
            ({"install_values": INSTALL.replace("bmc_password:", "bmc_password: hunter2")},
             "install_values/bmc_password"),
            ({"install_values": "a: ["}, "install_values"), ({"bootstrap_values": "name: other"}, "bootstrap_values"),
        ],
    )  # fmt: skip
    def test_the_rules_of_planning_hold(self, given: dict[str, Any], field: str, api: Client, failed: Target) -> None:
        answer = retried(api, failed, **given)
        assert answer.status_code == 400, answer.content
        assert any(name.startswith(field) for name in faults_of(answer)), faults_of(answer)
        assert "hunter2" not in answer.content.decode()
        assert not SiteRevision.objects.exists()
        assert Target.objects.get().state == TargetState.FAILED

    @pytest.mark.parametrize(
        ("verb", "status", "given", "wrong"),
        [
            ("resume", "bootstrap-failed", {"install_values": INSTALL.replace("eno1", "eno2")}, "install_values"),
            ("install", "install-failed", {"cells": {"mtu": "9000"}}, "deploy_config"),
            ("bootstrap", "bootstrap-failed", {"cells": {"bmc": "10.64.9.9"}}, "install_values"),
        ],
    )
    def test_only_what_the_verb_takes(
        self, verb: str, status: str, given: dict[str, Any], wrong: str, api: Client, failed: Target
    ) -> None:
        Target.objects.update(deploy_status=status)
        answer = retried(api, failed, verb=verb, **given)
        assert (answer.status_code, list(faults_of(answer))) == (400, [wrong])

    def test_its_secrets_are_asked_for(self, api: Client, failed: Target) -> None:
        answer = retried(api, failed, cells={"bmc": "10.64.9.9"})
        assert answer.status_code == 409
        assert "Give bmc_password again" in answer.json()["error"]["message"]

    def test_files_of_a_form(self, api: Client, failed: Target) -> None:
        upload = SimpleUploadedFile("i.yaml", INSTALL.replace("eno1", "eno2").encode())
        place = f"{OPERATIONS}{failed.operation_id}/targets/{failed.pk}/retry/"
        secrets = '{"sysadmin_password": "a", "bmc_password": "b"}'
        answer = api.post(place, {"verb": "resume", "install_values": upload, "secrets": secrets})
        assert answer.status_code == 200, answer.content
        assert documents(failed)["install_values"]["bootstrap_interface"] == "eno2"  # type: ignore[index]

    def test_of_one_at_a_time(self, api: Client, failed: Target) -> None:
        answer = post(api, f"{OPERATIONS}{failed.operation_id}/retry/", {"secrets": AGAIN, "cells": {"bmc": "x"}})
        assert (answer.status_code, list(faults_of(answer))) == (400, ["cells"])


BOOT_SECRET = "bootstrap_values/docker_registries/k8s.gcr.io/password"


class TestWithTheVerb:
    """On subclouds that are there, of which the portal has no sheet."""

    @pytest.fixture(autouse=True)
    def down(self, world: World, controller: Controller) -> None:
        Cloud.objects.filter(pk=world.clouds[0].pk).update(
            management_state="unmanaged", availability_status="offline", software_version="26.09"
        )

    def test_install_values_for_a_redeployment(self, api: Client, world: World) -> None:
        given = {"install_values": INSTALL_VALUES, "secrets": AGAIN | BMC}
        planned(api, "redeploy", [world.clouds[0].pk], **given)
        target = Target.objects.get()
        assert target.facts["revised"] == ["install_values"]
        site = site_plan(target)
        assert site is not None
        assert site.sent_with("redeploy", "complete", bmc=True) == ("install_values",)
        assert "10.10.30.10" in site.files(AGAIN | BMC, ("install_values",))["install_values"]

    @pytest.mark.parametrize(
        ("kind", "given", "field"),
        [
            ("redeploy", {"install_values": INSTALL_VALUES}, "bmc_password"),
            ("redeploy", {"install_values": "bmc_address: x", "secrets": AGAIN | BMC}, "install_values/bmc_address"),
            ("redeploy", {"bootstrap_values": "name: other"}, "bootstrap_values/name"),
            ("backup", {"install_values": INSTALL_VALUES}, "install_values"),
            ("redeploy", {"bootstrap_values": "a: {password: }"}, "bootstrap_values/a/password"),
        ],
    )
    def test_checked(self, kind: str, given: dict[str, Any], field: str, api: Client, world: World) -> None:
        answer = asked(api, kind, [world.clouds[0].pk], **({"secrets": AGAIN} | given))
        assert answer.status_code == 400, answer.content
        assert field in faults_of(answer)
        assert not Operation.objects.exists()

    def test_of_one_subcloud(self, api: Client, world: World) -> None:
        chosen = [world.clouds[0].pk, world.clouds[1].pk]
        answer = asked(api, "redeploy", chosen, install_values=INSTALL_VALUES, secrets=AGAIN | BMC)
        assert list(faults_of(answer)) == ["clouds"]


class TestGroups:
    """Scope holds for a corrected row as it does for a planned one: a site never leaves it by a correction."""

    @pytest.fixture
    def unmade(self, narrow_api: Client, controller: Controller) -> Target:
        """Its first request was refused: dcmanager does not know it, and everything may be corrected."""
        SubcloudGroup.objects.create(
            controller=controller, dcmanager_id=77, name="Forbidden", observed_at=timezone.now()
        )
        assert post(narrow_api, DEPLOYS, body(controller, line(1))).status_code == 201
        Operation.objects.update(state=OperationState.FAILED_TEMP)
        Target.objects.update(state=TargetState.FAILED, attempt=1, error="refused")
        return Target.objects.get()

    @pytest.mark.parametrize("group", ["Forbidden", "77", "Nonesuch", "1"])
    def test_only_those_that_may_be_added_to(self, group: str, narrow_api: Client, unmade: Target) -> None:
        answer = retried(narrow_api, unmade, cells={"group": group}, verb="", secrets=dict(GIVEN))
        assert answer.status_code == 400, answer.content
        told = str(faults_of(answer))
        assert ("Forbidden" in told) == (group == "Forbidden")  # said back, never told
        unmade.refresh_from_db()
        assert (unmade.state, unmade.facts["group_id"]) == ("failed", 2)

    def test_another_cell_of_a_site_in_scope(self, narrow_api: Client, unmade: Target) -> None:
        answer = retried(narrow_api, unmade, cells={"bmc": "10.64.9.9"}, secrets=dict(GIVEN), verb="")
        assert answer.status_code == 200, answer.content

    def test_who_may_add_to_all_moves_it(self, api: Client, unmade: Target) -> None:
        answer = retried(api, unmade, cells={"group": "Forbidden"}, secrets=dict(GIVEN), verb="")
        assert answer.status_code == 200, answer.content
        unmade.refresh_from_db()
        assert unmade.facts["group_id"] == 77
        assert unmade.group is not None
        assert unmade.group.name == "Forbidden"
