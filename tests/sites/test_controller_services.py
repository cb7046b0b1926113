"""System Controllers through services, command, REST and admin: checked alike, and no secret comes out."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from events.models import AuditEntry, Event
from sites.credentials import unseal
from sites.models import Controller
from sites.services.actors import Actor
from sites.services.controllers import ControllerFacts, add_controller, change_controller
from tests.sites.world import World, make_user

SECRET = "s3cret-of-the-reader"
ACTOR = Actor("tester", "tests")
FACTS: dict[str, Any] = {"name": "far", "auth_url": "https://10.1.1.1:5000/v3", "username": "r", "password": SECRET}


def everything_written() -> str:
    return (
        str(list(AuditEntry.objects.values()))
        + str(list(Event.objects.values()))
        + str(list(Controller.objects.values()))
    )


@pytest.mark.django_db
class TestServices:
    def test_secrets_are_sealed_and_nowhere_in_clear(self) -> None:
        controller = add_controller(ControllerFacts(**FACTS, kube_token="k8s-token"), ACTOR, timezone.now())
        change_controller(controller, {"password": SECRET + "2", "enabled": False}, ACTOR, timezone.now())
        stored = Controller.objects.get(name="far")
        assert unseal(stored.password_sealed) == SECRET + "2"
        assert stored.kube_token_sealed is not None
        assert unseal(stored.kube_token_sealed) == "k8s-token"
        assert not stored.enabled
        assert SECRET not in everything_written()
        assert "k8s-token" not in everything_written()
        assert [entry.verb for entry in AuditEntry.objects.order_by("id")] == ["controller.add", "controller.change"]

    def test_an_empty_secret_keeps_the_old_one(self) -> None:
        controller = add_controller(ControllerFacts(**FACTS), ACTOR, timezone.now())
        change_controller(controller, {"password": "", "username": "other"}, ACTOR, timezone.now())
        assert unseal(Controller.objects.get().password_sealed) == SECRET

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"auth_url": "ftp://x"}, "auth_url"),
            ({"auth_url": "https://user:pw@host/v3"}, "auth_url"),
            ({"auth_url": "nonsense"}, "auth_url"),
            ({"name": "a b"}, "name"),
            ({"password": ""}, "password"),
            ({"subcloud_auth_url": "https://{management_ip}/v3"}, "subcloud_auth_url"),
            ({"kube_url": "https://[{oam_ip}]:6443"}, "kube_url"),
            ({"ca_bundle": "not a certificate"}, "ca_bundle"),
            ({"write_username": "w"}, "write_password"),
            ({"interface": "secret"}, "interface"),
        ],
    )
    def test_what_cannot_work_is_refused_by_field(self, change: dict[str, Any], field: str) -> None:
        with pytest.raises(ValidationError) as refused:
            add_controller(ControllerFacts(**{**FACTS, **change}), ACTOR, timezone.now())
        assert field in refused.value.message_dict
        assert not Controller.objects.exists()


@pytest.mark.django_db
class TestCommand:
    def run(self, tmp_path: Path, *more: str) -> None:
        (tmp_path / "password").write_text(SECRET + "\n")
        call_command(
            "add_controller", "far", "--auth-url=https://10.1.1.1:5000/v3", "--username=r",
            f"--password-file={tmp_path / 'password'}", "--kube-url=https://{oam_ip}:6443", *more,
        )  # fmt: skip

    def test_adds(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.run(tmp_path)
        assert unseal(Controller.objects.get(name="far").password_sealed) == SECRET
        assert SECRET not in capsys.readouterr().out

    def test_twice_needs_replace(self, tmp_path: Path) -> None:
        self.run(tmp_path)
        with pytest.raises(CommandError, match="already"):
            self.run(tmp_path)
        self.run(tmp_path, "--replace", "--interface=internal")
        assert Controller.objects.get().interface == "internal"

    def test_says_what_is_wrong(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            self.run(tmp_path, "--ca-file=/does/not/exist")
        with pytest.raises(CommandError, match="bmc_url: Only"):
            self.run(tmp_path, "--bmc-url=https://{nonsense}/")

    def test_issue_token(self, tmp_path: Path) -> None:
        make_user("bot", fleet=True)
        target = tmp_path / "token"
        call_command("issue_token", "bot", "--name=ci", f"--output={target}")
        assert target.stat().st_mode & 0o777 == 0o600
        headers = {"Authorization": f"Bearer {target.read_text().strip()}"}
        assert Client(headers=headers).get("/api/v1/subclouds/").status_code == 200
        with pytest.raises(CommandError, match="no active user"):
            call_command("issue_token", "nobody", "--name=ci", f"--output={target}")


class TestRest:
    def test_administrators_add_and_change(self, api: Client) -> None:
        made = api.post("/api/v1/controllers/", FACTS, content_type="application/json")
        assert made.status_code == 201
        path = f"/api/v1/controllers/{made.json()['id']}/"
        assert SECRET not in api.get(path).content.decode()
        assert api.patch(path, {"enabled": False}, content_type="application/json").json()["enabled"] is False
        again = api.post("/api/v1/controllers/", FACTS, content_type="application/json")
        assert again.status_code == 400
        assert "name" in again.json()["error"]["fields"]

    def test_a_mistyped_key_is_named(self, api: Client, world: World) -> None:
        path = f"/api/v1/controllers/{world.controllers[0].pk}/"
        answer = api.patch(path, {"enabeld": False}, content_type="application/json")
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == ["enabeld"]

    def test_others_are_refused_and_it_is_audited(self, narrow_api: Client, world: World) -> None:
        assert narrow_api.post("/api/v1/controllers/", FACTS, content_type="application/json").status_code == 403
        path = f"/api/v1/controllers/{world.controllers[0].pk}/"
        assert narrow_api.patch(path, {"enabled": False}, content_type="application/json").status_code == 403
        assert list(AuditEntry.objects.values_list("outcome", flat=True)) == ["refused", "refused"]

    def test_a_refusal_under_an_idempotency_key_is_audited_too(self, narrow_api: Client) -> None:
        headers = {"Idempotency-Key": "k"}
        for _ in range(2):
            answer = narrow_api.post("/api/v1/controllers/", FACTS, content_type="application/json", headers=headers)
            assert answer.status_code == 403
        assert AuditEntry.objects.filter(outcome="refused").count() == 2

    def test_the_audit_is_for_administrators(self, api: Client, narrow_api: Client) -> None:
        assert narrow_api.get("/api/v1/audit/").status_code == 403
        api.post("/api/v1/controllers/", FACTS, content_type="application/json")
        rows = api.get("/api/v1/audit/?verb=controller.add").json()["results"]
        assert [row["actor"] for row in rows] == ["robot"]


class TestAdmin:
    @pytest.fixture
    def admin(self, world: World) -> Client:
        user = make_user("boss", "Administrator", fleet=True)
        user.is_staff = True
        user.save()
        client = Client()
        client.force_login(user)
        return client

    def form(self, **more: str) -> dict[str, str]:
        names = ["region", "ca_bundle", "subcloud_auth_url", "bmc_url", "kube_url", "kube_token"]
        names += ["write_username", "write_password"]
        rest = {"interface": "public", "subcloud_interface": "admin", "enabled": "on"}
        return {**dict.fromkeys(names, ""), **rest, **FACTS, **more}

    def test_adds_and_changes_through_the_services(self, admin: Client) -> None:
        assert admin.post("/admin/sites/controller/add/", self.form()).status_code == 302
        stored = Controller.objects.get(name="far")
        assert unseal(stored.password_sealed) == SECRET
        path = f"/admin/sites/controller/{stored.pk}/change/"
        page = admin.get(path)
        assert page.status_code == 200
        assert SECRET not in page.content.decode()
        assert admin.post(path, self.form(password="", username="other")).status_code == 302
        stored.refresh_from_db()
        assert (stored.username, unseal(stored.password_sealed)) == ("other", SECRET)
        assert SECRET not in everything_written()

    def test_says_what_is_wrong(self, admin: Client) -> None:
        answer = admin.post("/admin/sites/controller/add/", self.form(auth_url="nonsense", password=""))
        assert answer.status_code == 200
        assert b"needs the read user" in answer.content

    def test_observed_facts_are_read_only(self, admin: Client, world: World) -> None:
        path = f"/admin/sites/facetstate/{world.clouds[0].facets.first().pk}/change/"
        assert admin.get(path).status_code == 200
        assert admin.post(path, {"error": "x"}).status_code == 403
        assert admin.get("/admin/sites/facetstate/add/").status_code == 403

    def test_an_administrator_cannot_make_a_superuser(self, admin: Client, world: World) -> None:
        other = make_user("other")
        page = admin.get(f"/admin/auth/user/{other.pk}/change/").content.decode()
        assert 'name="is_superuser"' not in page
        root = make_user("root")
        root.is_superuser = True
        root.save()
        assert admin.post(f"/admin/auth/user/{root.pk}/change/", {"username": "root"}).status_code == 403

    def test_sign_in_is_the_portal_s_own(self) -> None:
        assert Client().get("/admin/").headers["Location"].startswith("/admin/login/")
        assert Client().get("/admin/login/").headers["Location"].startswith("/login/")
