"""Every word dcmanager has for a subcloud's state wears a mark and can be explained; one we do not know is itself."""

import pytest
from django.test import Client

from simulator.dcmanager import deploy_states as upstream
from sites import backups
from sites.models import Cloud
from sites.timeline import moment
from sites.words import DEPLOY, TABLES, known, said
from starlingx.deploy_states import STATES, Kind
from tests.sites.world import World

MARKS = {
    Kind.TRANSITIONAL: {"busy"}, Kind.STABLE: {"ok", "info"}, Kind.FAILED: {"failed"}, Kind.ABORTED: {"warn"},
    Kind.LEGACY: {"busy", "failed"},
}  # fmt: skip


def test_the_deploy_words_are_dcmanagers() -> None:
    assert DEPLOY.keys() == STATES.keys()
    told = {*upstream.NO_DELETE, *upstream.TWINS, *upstream.TWINS.values(), *upstream.TRANSITIONAL, *upstream.WATCHED}
    assert told <= DEPLOY.keys()


@pytest.mark.parametrize("word", STATES)
def test_the_mark_says_what_the_word_means(word: str) -> None:
    assert said("deploy", word).mark in MARKS[STATES[word].kind]
    assert (said("deploy", word).mark == "ok") == (word == "complete")


@pytest.mark.parametrize("word", [*backups.RUNNING_WORDS, *backups.FAILED_WORDS, "complete-central", "complete-local"])
def test_the_words_of_backups(word: str) -> None:
    assert said("backup", word).mark in {"busy", "failed", "ok"}
    assert "complete-" not in said("backup", word).label


@pytest.mark.parametrize("kind", TABLES)
def test_every_word_has_a_mark_and_a_sentence(kind: str) -> None:
    for word in known(kind):
        assert said(kind, word).mark in {"ok", "info", "busy", "warn", "failed", "error", "none", "unknown"}
        assert said(kind, word).means.endswith(".")
    for word in ("purple", ""):
        assert said(kind, word).mark == "unknown"
    assert said(kind, "purple").label == "purple"


def test_the_list_and_the_page_wear_them(fleet_client: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(
        deploy_status="bootstrap-failed", backup_status="complete-central", prestage_status="failed"
    )
    for path in ("/subclouds/?name=edge-0", f"/subclouds/{world.clouds[0].pk}/"):
        text = fleet_client.get(path).content.decode()
        assert 'data-state="failed"' in text, path
        assert "the subcloud&#x27;s page says why" in text, path
    assert "complete-central" not in text
    assert "backed up, on the System Controller" in text


def test_the_timeline_says_what_went() -> None:
    def words(subject: str, **fields: object) -> str:
        return moment({"kind": "host.changed", "subject": subject, "at": None, "data": {"fields": fields}}).text

    assert words("host:4", removed=True) == "Host removed: it is not listed any more"
    assert words("host:4", reboot_needed=True) == "Host: reboot needed"
    assert words("cloud:4", backup_status="complete-central") == "Backup backed up, on the System Controller"
    assert "True" not in words("host:4", reboot_needed=True, removed=False)
