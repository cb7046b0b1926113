"""What was corrected reaches dcmanager, with the verb that takes it and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.models import Operation, RunSecret, Target
from operations.services.control import retry
from operations.services.revisions import Correction
from starlingx.bodies import Fields, File
from starlingx.dcmanager_writes import DcManagerWrites
from starlingx.dcmanager_writes.orders import Orders
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, SYSADMIN, add_clouds, add_controller, ask, drive, ended
from tests.operations.engine.sites import BOOTSTRAP, REGISTRY, deploy
from tests.simulator.new_sites import bootstrap

pytestmark = pytest.mark.django_db(transaction=True)
CONFIG = "apiVersion: v1\nkind: Namespace\nmetadata: {name: deployment}\n"
Forms = list[tuple[str, Fields]]


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=1200, seed=7)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> Forms:
    """Every form that is sent, with its path."""
    sent: Forms = []
    real = Orders._form

    async def noted(self: DcManagerWrites, method: str, path: str, form: Any, timeout: float) -> Any:
        sent.append((path, dict(form)))
        return await real(self, method, path, form, timeout)

    monkeypatch.setattr(Orders, "_form", noted)
    return sent


def stopped(fleet: Simulator, number: int, phase: str) -> Target:
    """A deployment of site `number` that has failed in that phase."""
    body = {"kind": "deploy-fails", "controller": 1, "subcloud": bootstrap(number)["name"]}
    fleet.control("faults", body | {"options": {"phase": phase, "cause": "bmc_cred", "times": 1}})
    operation = deploy(add_controller(fleet), [number])
    drive(ended(operation), timeout=60)
    return Target.objects.get(operation=operation)


def text(form: Fields, name: str) -> str:
    file = form[name]
    assert isinstance(file, File)
    return file.content.decode()


def completed(operation: int) -> None:
    drive(lambda: Operation.objects.get(pk=operation).state == "completed", timeout=90)


def test_the_right_password_of_the_bmc(fleet: Simulator, forms: Forms) -> None:
    target = stopped(fleet, 11, "install")
    secrets = {"sysadmin_password": SYSADMIN, "bmc_password": "The-right-one*4"}
    retry(target.operation_id, [target.pk], secrets, ROBOT, timezone.now(), "resume")
    completed(target.operation_id)
    (form,) = (form for path, form in forms if path.endswith("/resume"))
    assert set(form) == {"sysadmin_password", "bmc_password", "install_values", "bootstrap-address"}
    assert "The-right-one" not in text(form, "install_values")
    assert not RunSecret.objects.exists()


def test_corrected_bootstrap_values(fleet: Simulator, forms: Forms) -> None:
    target = stopped(fleet, 12, "bootstrap")
    correction = Correction(documents={"bootstrap_values": BOOTSTRAP.replace("Lisbon roof", "Porto roof")})
    secrets = {"sysadmin_password": SYSADMIN, "password": REGISTRY}
    retry(target.operation_id, [target.pk], secrets, ROBOT, timezone.now(), "resume", correction)
    completed(target.operation_id)
    (form,) = (form for path, form in forms if path.endswith("/resume"))
    assert set(form) == {"sysadmin_password", "bootstrap_values", "bootstrap-address"}
    for said in ("Porto roof", REGISTRY, target.name):
        assert said in text(form, "bootstrap_values")


def test_a_deploy_configuration_with_the_verb(fleet: Simulator, forms: Forms) -> None:
    (cloud, *_) = add_clouds(fleet, add_controller(fleet))
    cloud.deploy_status = "complete"
    cloud.save()
    given = {"secrets": {"sysadmin_password": SYSADMIN}, "documents": {"deploy_config": CONFIG}}
    operation = ask("configure", [cloud], **given)
    drive(ended(operation), timeout=60)
    (form,) = (form for path, form in forms if path.endswith("/configure"))
    assert set(form) == {"sysadmin_password", "deploy_config"}
    assert "kind: Namespace" in text(form, "deploy_config")
