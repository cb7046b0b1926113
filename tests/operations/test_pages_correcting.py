"""Correcting in a browser what was wrong with a site, and giving documents with a verb."""

from html import unescape

import pytest

from operations.choices import OperationState, TargetState
from operations.models import Operation, RunSecret, SiteRevision, Target
from operations.payloads import editable_documents
from operations.services.deploys import DeployAsk, Template, plan_deploy
from sites.models import Cloud, Controller
from tests.operations.api.sheets import TEXTS, csv, ready
from tests.operations.api.test_corrections import INSTALL_VALUES
from tests.operations.conftest import SignIn
from tests.operations.driving import ROBOT
from tests.operations.planning.site_template import SECRETS, line
from tests.sites.world import World, make_user

PASSWORD = {"sysadmin_password": "Li69nux*secret"}
BMC = {"bmc_password": "the right one"}


@pytest.fixture
def failed(world: World) -> Target:
    """A deployment whose installation failed."""
    Controller.objects.update(write_username="portal-operator")
    ready(world.controllers[0])
    controller = Controller.objects.get(pk=world.controllers[0].pk)
    user = make_user("boss", "Engineer", fleet=True)
    ask = DeployAsk(controller, Template(**TEXTS), csv(line(1)).encode(), "sites.csv", secrets=SECRETS)
    plan_deploy(ask, user, ROBOT, world.now)
    Operation.objects.update(state=OperationState.FAILED_TEMP)
    Target.objects.update(state=TargetState.FAILED, deploy_status="install-failed", dcmanager_id=1, attempt=1)
    RunSecret.objects.all().delete()
    return Target.objects.get()


def path(target: Target, verb: str) -> str:
    return f"/operations/{target.operation_id}/targets/{target.pk}/{verb}"


class TestRetry:
    def test_documents_are_shown_as_they_are_without_their_secrets(self, sign_in: SignIn, failed: Target) -> None:
        text = unescape(sign_in("Engineer").get(path(failed, "resume")).content.decode())
        assert "bmc_address: 10.64.0.2" in text
        assert "bmc_password: null" in text
        text = unescape(sign_in("Engineer", fleet=True).get(path(failed, "install")).content.decode())
        assert 'name="install_values"' in text
        assert 'name="bootstrap_values"' not in text  # install takes no other

    def test_corrected_and_tried_again(self, sign_in: SignIn, failed: Target) -> None:
        shown = editable_documents(failed)
        changed = shown["install_values"].replace("10.64.0.2", "10.64.9.9").replace("\n", "\r\n")
        form = shown | {"install_values": changed} | PASSWORD | BMC
        assert sign_in("Engineer").post(path(failed, "resume"), form).status_code == 302
        target = Target.objects.get()
        assert (target.state, target.facts["revised"]) == (TargetState.WAITING, ["install_values"])
        assert target.facts["network"]["bmc_address"] == "10.64.9.9"

    def test_what_is_left_as_it_is_makes_no_revision(self, sign_in: SignIn, failed: Target) -> None:
        form = {name: text.replace("\n", "\r\n") for name, text in editable_documents(failed).items()}
        assert sign_in("Engineer").post(path(failed, "resume"), form | PASSWORD).status_code == 302
        assert not SiteRevision.objects.exists()

    def test_what_is_wrong_stands_at_its_document(self, sign_in: SignIn, failed: Target) -> None:
        shown = editable_documents(failed)
        form = shown | {"install_values": shown["install_values"].replace("10.64.0.2", "10.64")} | PASSWORD | BMC
        answer = sign_in("Engineer").post(path(failed, "resume"), form)
        assert answer.status_code == 400
        assert "bmc_address" in answer.context["form"].errors["install_values"][0]
        assert BMC["bmc_password"] not in answer.content.decode()


class TestWithTheVerb:
    @pytest.fixture(autouse=True)
    def down(self, world: World) -> None:
        Controller.objects.update(write_username="portal-operator")
        Cloud.objects.filter(pk=world.clouds[0].pk).update(
            management_state="unmanaged", availability_status="offline", software_version="26.09"
        )

    def test_install_values_for_a_redeployment(self, sign_in: SignIn, world: World) -> None:
        form = {"cloud": world.clouds[0].pk, "typed": "edge-0", "install_values": INSTALL_VALUES} | PASSWORD
        client = sign_in("Engineer")
        refused = client.post("/operations/ask/redeploy", form)
        assert refused.status_code == 400
        assert "bmc_password" in refused.context["form"].errors
        assert client.post("/operations/ask/redeploy", form | BMC).status_code == 302
        assert Target.objects.get().facts["revised"] == ["install_values"]

    def test_a_blank_in_a_document_brings_its_field(self, sign_in: SignIn, world: World) -> None:
        form = {"cloud": world.clouds[0].pk, "typed": "edge-0", "deploy_config": CONFIG} | PASSWORD
        answer = sign_in("Engineer").post("/operations/ask/redeploy", form)
        assert answer.status_code == 400
        assert 'name="deploy_config/0/data/password"' in answer.content.decode()
        form["deploy_config/0/data/password"] = "for-this-run"
        client = sign_in("Engineer", fleet=True)
        assert client.post("/operations/ask/redeploy", form).status_code == 302
        assert Target.objects.get().facts["revised"] == ["deploy_config"]


CONFIG = """
apiVersion: v1
kind: Secret
metadata: {name: bmc-secret}
data: {password: }
"""
