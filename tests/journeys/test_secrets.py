"""No password, no token of the wire is in database, log, event, page or answer. And the search would find one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import psycopg
import pytest

from tests.journeys.installation import Installation
from tests.journeys.person import Person
from tests.journeys.replaying import SECRET, Recordings, decoded, recorded_secrets, replaying
from tests.journeys.streaming import Follower
from tests.starlingx.replay import PASSWORD, Replay, recorded
from tests.waiting import wait_until

SUBCLOUDS = 8
PLANTED = "planted-c2VjcmV0-marker"
TOKENS = re.compile(r"gAAAAA[\w-]{16,}")
OWN = {"reader-secret", "operator-secret", "kube-reader-token", PASSWORD}

pytestmark = pytest.mark.timeout(240)


@dataclass
class Told:
    """An installation that has heard every recording, and all that it wrote and said since, by place."""

    installation: Installation
    site: int  # with the planted marker
    texts: dict[str, str]
    tokens: set[str]


@pytest.fixture(scope="module")
def told(install: Callable[..., Installation]) -> Iterator[Told]:
    """The collector is told to read everything twice a second, so that every recording has its turn soon."""
    installation = install(subclouds=SUBCLOUDS, speed=60, DCPORTAL_SPEED=7200, DCPORTAL_LOG_LEVEL="DEBUG")
    installation.until_read(SUBCLOUDS)
    site = next(row for row in installation.rows("subclouds") if row["contact"] == "reachable")
    four = json.loads(recorded("dcmanager", "subclouds_list_4.json").body)["subclouds"]
    authorization = {"Authorization": f"Bearer {installation.portal.token}"}
    with (
        replaying({row["region-name"] for row in four}) as (replay, recordings),
        Follower(installation.portal.url, "fleet,alarms", **authorization) as script,
    ):
        installation.raise_alarm(site["dcmanager_id"], reason_text=f"This is {PLANTED}.")
        hear_everything(installation, replay, recordings)
        wait_until(lambda: PLANTED in json.dumps(script.events), timeout=30, what="the marker is in the stream")
        person = Person(installation.portal, "admin")
        texts = {"stream": json.dumps(script.events)} | pages(installation, person) | tables(installation)
        person.ask(f"/{PLANTED}/")
        texts |= {f"log of {name}": installation.portal.log(name) for name in installation.portal.children}
        yield Told(installation, site["id"], texts, set(replay.tokens))


def hear_everything(installation: Installation, replay: Replay, recordings: Recordings) -> None:
    installation.portal.add_controller(
        "recorded", replay.auth_url, PASSWORD, subcloud_auth_url=replay.auth_url, subcloud_interface="admin"
    )
    usual = "SELECT 1 FROM alarms_alarm a JOIN sites_cloud c ON c.id = a.cloud_id JOIN sites_controller k"
    usual += " ON k.id = c.controller_id WHERE k.name = 'recorded' AND c.kind = 'subcloud'"
    wait_until(lambda: installation.sql(usual), timeout=60, every=0.5, what="alarms of a recorded subcloud")
    recordings.all_at_once = True
    wait_until(lambda: recordings.said, timeout=120, every=0.2, what=f"everything was said: {recordings.waiting}")
    read_since = """SELECT count(*) FROM sites_facetstate f JOIN sites_cloud c ON c.id = f.cloud_id
        JOIN sites_controller k ON k.id = c.controller_id
        WHERE k.name = 'recorded' AND facet = 'subcloud' AND f.observed_at > %s AND c.removed_at IS NULL
            AND c.kind = 'subcloud'"""
    said = installation.sql("SELECT now()")[0][0]
    wait_until(lambda: installation.sql(read_since, said)[0][0] == 4, timeout=60, every=0.5, what="usual answers again")


def tables(installation: Installation) -> dict[str, str]:
    """Every table of the portal's database as text."""
    found = {}
    with psycopg.connect(installation.portal.database_url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                found[f"table {name}"] = b"".join(bytes(part) for part in copy).decode()
    return found


def pages(installation: Installation, person: Person) -> dict[str, str]:
    rows = installation.rows("subclouds")
    controllers = {row["controller"] for row in rows}
    clouds = [pk for (pk,) in installation.sql("SELECT id FROM sites_cloud WHERE removed_at IS NULL")]
    paths = ["/", "/map/feed", "/subclouds/?limit=1000", "/subclouds/export.csv", "/alarms/?state=all", "/controllers/",
             "/alarms/export.csv", "/metrics", "/readyz", "/api/v1/schema/", "/admin/"]  # fmt: skip
    paths += [f"/subclouds/{row['id']}/" for row in rows] + [f"/api/v1/subclouds/{row['id']}/" for row in rows]
    paths += [f"/subclouds/{pk}/{part}" for pk in clouds for part in ("timeline", "software", "panel")]
    for pk in controllers:
        paths += [f"/controllers/{pk}/", f"/admin/sites/controller/{pk}/change/", f"/api/v1/controllers/{pk}/"]
    lists = (
        "subclouds",
        "subcloud-groups",
        "alarms",
        "hosts",
        "ports",
        "ceph",
        "controllers",
        "events",
        "audit",
        "tokens",
    )
    found = {path: person.page(path) for path in paths}
    return found | {f"/api/v1/{name}/": json.dumps(installation.rows(name)) for name in lists}


def simulated_secrets(installation: Installation) -> set[str]:
    """Passwords in what the simulated dcmanager tells its reader."""
    base = f"{installation.simulator.url}/c1"
    user = {"name": "portal-reader", "password": "reader-secret", "domain": {"id": "default"}}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
    _, token = fetch(f"{base}/identity/v3/auth/tokens", json.dumps({"auth": auth}).encode())
    texts = [fetch(f"{base}/dcmanager/v1.0/subclouds/{n}/detail", token=token)[0] for n in range(1, SUBCLOUDS + 1)]
    texts.append(fetch(f"{base}/dcmanager/v1.0/subclouds", token=token)[0])
    found = {secret for text in texts for secret in SECRET.findall(text)}
    return found | decoded(found)


def fetch(url: str, body: bytes | None = None, token: str = "") -> tuple[str, str]:
    headers = {"Content-Type": "application/json"} | ({"X-Auth-Token": token} if token else {})
    with urlopen(Request(url, data=body, headers=headers), timeout=30) as answer:
        return answer.read().decode(), answer.headers.get("X-Subject-Token", "")


def places_of(secrets: set[str], texts: dict[str, str]) -> dict[str, list[str]]:
    """{place: secrets found in it}; a secret in bytes, as \\x68 hex, counts as well."""
    forms: dict[str, str] = {}
    for secret in secrets:
        forms |= {secret: secret, secret.encode().hex(): secret}
    pattern = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
    found = {place: sorted({forms[hit] for hit in pattern.findall(text)}) for place, text in texts.items()}
    return {place: hits for place, hits in found.items() if hits}


def test_the_search_finds_what_was_planted(told: Told) -> None:
    found = places_of({PLANTED}, told.texts)
    expected = {"stream", "table alarms_alarm", "table events_event", "log of web", "/alarms/export.csv"}
    assert expected | {f"/subclouds/{told.site}/", "/api/v1/alarms/", "/api/v1/events/"} <= found.keys()


def test_recorded_passwords_are_nowhere(told: Told) -> None:
    secrets = recorded_secrets()
    assert len(secrets) > 1000
    assert places_of(secrets, told.texts) == {}


def test_passwords_of_the_fleet_are_nowhere(told: Told) -> None:
    secrets = simulated_secrets(told.installation)
    assert len(secrets) >= SUBCLOUDS
    assert places_of(secrets, told.texts) == {}


def test_what_the_portal_signs_in_with_is_nowhere(told: Told) -> None:
    own = OWN | told.tokens | {told.installation.portal.password, told.installation.portal.token}
    assert told.tokens
    assert places_of(own, told.texts) == {}
    with_tokens: dict[str, Any] = {place: TOKENS.findall(text)[:3] for place, text in told.texts.items()}
    assert {place: hits for place, hits in with_tokens.items() if hits} == {}
