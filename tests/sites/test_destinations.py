"""Where a controller's secrets go: none follows an address to another host unless it is entered again."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sites.models import Controller
from sites.services.actors import Actor
from sites.services.controllers import ControllerFacts, add_controller, change_controller
from tests.sites.world import make_user
from tests.starlingx.authority import make_authority

ACTOR = Actor("tester", "tests")
AUTH, KUBE = "https://10.1.1.1:5000/v3", "https://{oam_ip}:6443"
EVIL = "https://evil.example:5000/v3"
READ, WRITE, TOKEN = {"password": "r"}, {"write_password": "w"}, {"kube_token": "k"}
ENTERED = {**READ, **WRITE, **TOKEN}


def controller(**more: Any) -> Controller:
    facts = {"name": "far", "auth_url": AUTH, "username": "r", "password": "old", **more}
    return add_controller(ControllerFacts(**facts), ACTOR, timezone.now())


def full() -> Controller:
    return controller(write_username="w", write_password="old-w", kube_url=KUBE, kube_token="old-k")


def change(of: Controller, **changes: Any) -> None:
    change_controller(of, changes, ACTOR, timezone.now())


@pytest.mark.django_db
class TestService:
    @pytest.mark.parametrize(
        ("changes", "missing"),
        [
            ({"auth_url": EVIL}, {"password", "write_password", "kube_token"}),  # its cloud says what {oam_ip} is
            ({"auth_url": "http://10.1.1.1:5000/v3"}, {"password", "write_password", "kube_token"}),
            ({"auth_url": "https://10.1.1.1:5001/v3"}, {"password", "write_password", "kube_token"}),
            ({"auth_url": EVIL, **READ}, {"write_password", "kube_token"}),
            ({"auth_url": EVIL, **READ, "kube_url": "https://10.1.1.9:6443"}, {"write_password", "kube_token"}),
            ({"subcloud_auth_url": EVIL}, {"password", "write_password", "kube_token"}),
            ({"bmc_url": EVIL}, {"password", "write_password"}),
            ({"kube_url": "https://{oam_ip}.evil.example:6443"}, {"kube_token"}),
            ({"kube_url": "https://{management_start_ip}:6443"}, {"kube_token"}),
        ],
    )
    def test_an_address_that_moves_asks_for_its_secrets(self, changes: dict[str, Any], missing: set[str]) -> None:
        of = full()
        with pytest.raises(ValidationError) as refused:
            change(of, **changes)
        assert set(refused.value.message_dict) == missing
        assert "again" in str(refused.value.message_dict)
        assert Controller.objects.get().auth_url == AUTH
        change(of, **changes, **{name: text for name, text in ENTERED.items() if name in missing})

    @pytest.mark.parametrize(
        "changes",
        [
            {"auth_url": "HTTPS://10.1.1.1:5000/v3/"}, {"kube_url": "https://{oam_ip}:6443/k8s"}, {"kube_url": ""},
            {"subcloud_auth_url": "https://{management_start_ip}:5001/other"}, {"enabled": False},
        ],
    )  # fmt: skip
    def test_the_same_host_asks_for_nothing(self, changes: dict[str, Any]) -> None:
        change(full(), **changes)

    def test_whoever_trusts_another_authority_enters_every_secret(self, tmp_path: Path) -> None:
        ours, theirs = (make_authority(tmp_path, name)[0].read_text() for name in ("ours", "theirs"))
        of = full()
        for bundle in (ours, ours + theirs, theirs, ""):  # the last: whom this system trusts
            with pytest.raises(ValidationError) as refused:
                change(of, ca_bundle=bundle)
            assert set(refused.value.message_dict) == set(ENTERED)
            assert "authority" in str(refused.value.message_dict)
            if bundle != theirs:
                change(of, ca_bundle=bundle, **ENTERED)
                change(of, ca_bundle=bundle and f"# as it was\n{bundle}")
            if bundle == ours + theirs:
                change(of, ca_bundle=ours)  # an authority less is none that is new

    def test_what_the_catalog_decides_asks_for_nothing(self) -> None:
        change(full(), interface="internal", region="there", subcloud_interface="public")

    def test_what_is_not_kept_is_not_asked_for(self) -> None:
        change(controller(), kube_url=KUBE)
        change(Controller.objects.get(), auth_url=EVIL, **READ)
        assert Controller.objects.get().auth_url == EVIL

    def test_a_default_port_is_the_same_port(self) -> None:
        of = controller(auth_url="https://keystone.example/v3")
        change(of, auth_url="https://keystone.example:443/v3")

    @pytest.mark.parametrize("url", ["https://10.1.1.1:5000\\.evil.example/v3", "https://10.1.1.1\t.evil.example/v3"])
    def test_what_programs_read_differently_is_no_url(self, url: str) -> None:
        with pytest.raises(ValidationError) as refused:
            change(controller(), auth_url=url, **READ)
        assert set(refused.value.message_dict) == {"auth_url"}

    def test_a_read_only_controller_keeps_no_write_password(self) -> None:
        change(full(), write_username="")
        assert Controller.objects.get().write_password_sealed is None

    def test_a_change_leaves_what_others_changed_meanwhile(self) -> None:
        first, second = full(), Controller.objects.get()
        change(first, region="there", kube_url=KUBE + "/x")
        with CaptureQueriesContext(connection) as asked:
            change(second, enabled=False)
        stored = Controller.objects.get()
        assert (stored.region, stored.kube_url, stored.enabled) == ("there", KUBE + "/x", False)
        assert any("FOR NO KEY UPDATE" in query["sql"] for query in asked)

    def test_the_comparison_is_with_what_is_stored(self) -> None:
        of = full()
        of.auth_url = EVIL  # a form has written the new value into the object already
        with pytest.raises(ValidationError, match="again"):
            change(of, auth_url=EVIL)


class TestEverywhere:
    def test_rest(self, api: Client) -> None:
        path = f"/api/v1/controllers/{controller().pk}/"
        refused = api.patch(path, {"auth_url": EVIL}, content_type="application/json")
        assert refused.status_code == 400
        assert set(refused.json()["error"]["fields"]) == {"password"}
        moved = api.patch(path, {"auth_url": EVIL, **READ}, content_type="application/json")
        assert moved.json()["auth_url"] == EVIL

    def test_command(self, db: Any, tmp_path: Path) -> None:
        full()
        (tmp_path / "s").write_text("secret")
        usual = ["far", f"--auth-url={AUTH}", "--username=r", f"--password-file={tmp_path / 's'}", "--replace"]
        with pytest.raises(CommandError, match=r"kube_token: .*again"):
            call_command("add_controller", *usual, "--kube-url=https://evil.example")
        call_command("add_controller", *usual, "--kube-url=https://evil.example", f"--kube-token-file={tmp_path / 's'}")

    def form(self, of: Controller, **more: str) -> dict[str, str]:
        names = ["name", "auth_url", "region", "interface", "ca_bundle", "username", "write_username", "kube_url"]
        names += ["subcloud_interface", "subcloud_auth_url", "bmc_url"]
        return {**{name: getattr(of, name) for name in names}, "enabled": "on", **more}

    def test_admin(self, admin: Client) -> None:
        of = controller()
        path = f"/admin/sites/controller/{of.pk}/change/"
        answer = admin.post(path, self.form(of, auth_url=EVIL))
        assert answer.status_code == 200
        assert "again" in str(answer.context["adminform"].form.errors["password"])
        assert Controller.objects.get(pk=of.pk).auth_url == AUTH
        assert admin.post(path, self.form(of, auth_url=EVIL, password="new")).status_code == 302

    def test_admin_says_what_is_no_url(self, admin: Client) -> None:
        of = controller()
        answer = admin.post(f"/admin/sites/controller/{of.pk}/change/", self.form(of, auth_url="https://[x/v3"))
        assert set(answer.context["adminform"].form.errors) == {"auth_url"}

    def test_admin_refuses_a_form_that_others_overtook(self, admin: Client) -> None:
        of = controller()
        path = f"/admin/sites/controller/{of.pk}/change/"
        shown = admin.get(path).context["adminform"].form["seen"].value()
        change(of, region="there")
        answer = admin.post(path, self.form(of, username="mine", seen=shown))
        assert answer.status_code == 200
        assert b"meanwhile" in answer.content
        assert Controller.objects.get(pk=of.pk).region == "there"

    @pytest.fixture
    def admin(self, db: Any) -> Client:
        user = make_user("chief", "Administrator", fleet=True)
        user.is_staff = True
        user.save()
        client = Client()
        client.force_login(user)
        return client


@pytest.mark.django_db
def test_whoever_lets_bmcs_pose_as_others_enters_secrets(tmp_path: Path) -> None:
    """BMC passwords that others enter for a run would go to whoever answers."""
    ours, theirs = (make_authority(tmp_path, name)[0].read_text() for name in ("ours", "theirs"))
    of = full()
    change(of, bmc_verify=True)  # stricter
    change(of, bmc_ca_bundle=ours, **READ, **WRITE)
    for weaker in ({"bmc_ca_bundle": ours + theirs}, {"bmc_verify": False, "bmc_ca_bundle": ""}):
        with pytest.raises(ValidationError) as refused:
            change(of, **weaker)
        assert set(refused.value.message_dict) == {"password", "write_password"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "field"),
    [({"bmc_verify": True, "bmc_ca_bundle": "none"}, "bmc_ca_bundle"), ({"bmc_ca_bundle": "PEM"}, "bmc_ca_bundle")],
)
def test_a_bundle_for_bmcs_is_one_and_is_used(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        controller(**facts)
    assert field in refused.value.message_dict


def test_the_command_and_rest_know_the_bmcs_trust(api: Client, tmp_path: Path) -> None:
    bundle = make_authority(tmp_path, "boards")[0]
    (tmp_path / "s").write_text("secret")
    usual = ["near", f"--auth-url={AUTH}", "--username=r", f"--password-file={tmp_path / 's'}"]
    call_command("add_controller", *usual, f"--bmc-ca-file={bundle}")
    stored = Controller.objects.get(name="near")
    assert (stored.bmc_verify, stored.bmc_ca_bundle) == (True, bundle.read_text())
    assert api.get(f"/api/v1/controllers/{stored.pk}/").json()["bmc_verify"] is True
    changed = {"bmc_verify": False, "bmc_ca_bundle": "", "password": "secret"}
    answer = api.patch(f"/api/v1/controllers/{stored.pk}/", changed, content_type="application/json")
    assert answer.json()["bmc_verify"] is False
