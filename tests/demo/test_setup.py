"""The demo's controllers follow the simulator's port and number."""

from dataclasses import replace
from pathlib import Path

import pytest

from dcportal.demo.options import Options
from dcportal.demo.setup import register_controllers
from sites.credentials import unseal
from sites.models import Controller


@pytest.mark.django_db
def test_controllers_follow_the_simulator(tmp_path: Path) -> None:
    asked = Options(port=1, simulator_port=2, subclouds=1, controllers=2, speed=1.0, seed=7, var=tmp_path)
    register_controllers(asked)
    register_controllers(replace(asked, simulator_port=3, controllers=1))
    first, second = Controller.objects.order_by("name")
    assert first.auth_url == "http://127.0.0.1:3/c1/identity/v3"
    assert first.kube_token_sealed
    assert [unseal(first.password_sealed), unseal(first.kube_token_sealed)] == ["reader-secret", "kube-reader-token"]
    assert (first.enabled, second.enabled) == (True, False)
