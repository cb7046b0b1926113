"""Sheets with something wrong, over REST and from the page: a running portal tells every row, and sends none."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.journeys.person import Person
from tests.operations.engine.sites import BOOTSTRAP, INSTALL
from tests.simulator.cloud_calls import multipart
from tests.simulator.new_sites import DEPLOY_CONFIG
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
HEADER = "name,net,oam,bmc,location"
TEXTS = {"bootstrap_values": BOOTSTRAP.replace("Lisbon roof", "${location?}"), "install_values": INSTALL,
         "deploy_config": DEPLOY_CONFIG}  # fmt: skip
MANY, WRONG = 10_000, 1_000
PATIENCE = 150.0  # seconds for ten thousand rows, on a machine that does other things besides
FORMULA = "=cmd|'/C calc'!A1"


@dataclass(frozen=True)
class Verdicts:
    """What one of the doors says: problems of the whole sheet, and rows that are refused, by their number."""

    status: int
    whole: str
    refused: dict[int, str]
    good: int


@dataclass
class Doors:
    """Both ways in, to the same portal."""

    portal: Portal
    simulator: Simulator
    controller: int
    person: Person

    def rest(self, sheet: bytes) -> Verdicts:
        status, text = self._send("/api/v1/operations/deploys/check/", {"controller": str(self.controller)}, sheet,
                                  Authorization=f"Bearer {self.portal.token}")  # fmt: skip
        told = json.loads(text)
        if status != 200:
            return Verdicts(status, json.dumps(told["error"], ensure_ascii=False), {}, 0)
        rows = {
            each["row"]: json.dumps(each["problems"], ensure_ascii=False) for each in told["rows"] if not each["ok"]
        }
        return Verdicts(status, "", rows, told["ok"])

    def page(self, sheet: bytes) -> Verdicts:
        """The page says what is wrong with the whole; the rows are told by the CSV that it offers, all of them."""
        status, text = self._send("/operations/deploy/", self._form("check"), sheet, **self._headers())
        assert FORMULA not in text, "it must be escaped"
        if status != 200:
            return Verdicts(status, unescape(text), {}, 0)
        _, told = self._send("/operations/deploy/verdicts.csv", self._form("check"), sheet, **self._headers())
        rows = list(csv.DictReader(io.StringIO(told.lstrip("\ufeff"))))
        assert not [cell for row in rows for cell in row.values() if cell and cell.startswith(("=", "@", "+"))]
        refused = {at: row["problems"] for at, row in enumerate(rows, 2) if row["problems"]}
        return Verdicts(status, "", refused, len(rows) - len(refused))

    def _form(self, do: str) -> dict[str, str]:
        token = self.person.cookies["csrftoken"]
        return {"controller": str(self.controller), "template": "", "how": "file", "max_at_once": "10", "do": do,
                "csrfmiddlewaretoken": token}  # fmt: skip

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.person.cookies.items())
        return {"Cookie": cookie, "HX-Request": "true", "Referer": f"{self.portal.url}/operations/deploy/"}

    def _send(self, path: str, fields: dict[str, str], sheet: bytes, **headers: str) -> tuple[int, str]:
        name = "sites" if path.startswith("/api/") else "sites_file"
        body, kind = multipart(fields | TEXTS, {name: sheet})
        body = body.replace(f'filename="{name}.yml"'.encode(), b'filename="sites.csv"')
        request = Request(f"{self.portal.url}{path}", data=body, headers=headers | {"Content-Type": kind})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def doors(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Doors]:
    simulator = start_simulator(subclouds=4, speed=60, seed=7)
    portal = module_portal(simulator)
    wait_until(lambda: portal.get("/api/v1/subcloud-groups/")["results"], timeout=60, what="groups were read")
    (controller,) = portal.get("/api/v1/controllers/")["results"]
    yield Doors(portal, simulator, controller["id"], Person(portal, "engineer"))
    simulator.child.stop()


@pytest.fixture(params=["rest", "page"])
def ask(request: Any, doors: Doors) -> Callable[[bytes], Verdicts]:
    door: Callable[[bytes], Verdicts] = getattr(doors, request.param)
    return door


def line(number: int, **changed: str) -> str:
    high, low = divmod(number, 250)
    cells = {"name": f"cell-{number:05}", "net": f"100.{64 + high}.{low}", "oam": f"11.{high}.{low}",
             "bmc": f"12.{high}.{low}.3", "location": "roof"} | changed  # fmt: skip
    return ",".join(f'"{cells[name]}"' for name in HEADER.split(","))


def sheet(*lines: str, header: str = HEADER) -> str:
    return "\n".join((header, *lines)) + "\n"


def test_a_byte_that_is_not_utf_8_spoils_its_row(ask: Callable[[bytes], Verdicts]) -> None:
    text = sheet(line(1), line(2, location="São Paulo"), line(3)).encode("latin-1")
    told = ask(text)
    assert (told.status, told.good, list(told.refused)) == (200, 2, [3])
    assert "UTF-8" in told.refused[3]


def test_a_sheet_of_excel_is_read(ask: Callable[[bytes], Verdicts]) -> None:
    told = ask(sheet(line(1), line(2, location="São Paulo")).encode("utf-16"))
    assert (told.status, told.good, told.refused) == (200, 2, {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (sheet(line(1), header=HEADER.replace("oam", "aom")), "oam"),
        (sheet(line(1), header=f"{HEADER},sysadmin_password"), "sysadmin_password"),
        ("", "empty"),
        (HEADER, "no sites"),
        ("PK\x03\x04\x00\x00", "workbook"),
    ],
    ids=["missing column", "secret column", "empty", "header alone", "a workbook"],
)
def test_what_is_no_sheet_is_refused_as_a_whole(text: str, says: str, ask: Callable[[bytes], Verdicts]) -> None:
    told = ask(text.encode())
    assert told.status == 400
    assert says in told.whole


def test_a_formula_is_named_and_never_comes_back_as_one(ask: Callable[[bytes], Verdicts]) -> None:
    told = ask(
        sheet(line(1), line(2, location=FORMULA), line(3, location="-8.61"), line(4, location="@SUM(A1)")).encode()
    )
    assert (told.good, sorted(told.refused)) == (2, [3, 5])
    assert all("formula" in why for why in told.refused.values())


def test_ten_thousand_rows_are_told_one_by_one(ask: Callable[[bytes], Verdicts]) -> None:
    lines = [line(n, **({"bmc": "nowhere"} if n % WRONG == 0 else {})) for n in range(1, MANY + 1)]
    told = ask(sheet(*lines).encode())
    assert (told.status, told.good) == (200, MANY - MANY // WRONG)
    assert sorted(told.refused) == [n + 1 for n in range(WRONG, MANY + 1, WRONG)]
    assert all("bmc_address" in why for why in told.refused.values())


def test_nothing_was_stored_or_sent(doors: Doors) -> None:
    assert doors.portal.get("/api/v1/operations/")["results"] == []
    rows = doors.simulator.control("requests")["requests"]
    assert [row for row in rows if row["method"] != "GET" and "/identity/" not in row["path"] and row["cloud"]] == []
