"""A request that cannot be sent is not tried for ever; and whom a BMC's certificate has to convince."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from operations.choices import Outcome
from operations.engine.bmc import Bmcs, power_off, power_state
from operations.engine.decide import MOST_UNSENT, decide
from operations.engine.seen import Fail, Send
from sites.models import Controller
from starlingx.errors import TlsFailed
from starlingx.secret import Secret
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view
from tests.starlingx.authority import make_authority, server_tls

ONLINE = seen(0, subcloud())
ROOT = '{"Members": [{"@odata.id": "/redfish/v1/Systems/1"}]}'
SYSTEM = '{"@odata.id": "/redfish/v1/Systems/1", "Id": "1", "PowerState": "Off"}'


def unsent(count: int) -> Any:
    detail = "the certificate fails against the configured CA bundle"
    tries = [replace(sent("power_off", at, ONLINE, Outcome.UNSENT), detail=detail) for at in range(count)]
    return decide(view("power_off", *tries), seen(60, subcloud()), after(60), PACE).action


def test_it_is_tried_a_few_times_and_then_the_cause_is_told() -> None:
    assert unsent(MOST_UNSENT - 1) == Send("power_off")
    told = unsent(MOST_UNSENT)
    assert isinstance(told, Fail)
    assert told.cause == "unsent"
    assert "the certificate fails" in told.error


def test_only_tries_in_a_row_count() -> None:
    first, last = sent("add", 0, seen(0, None), Outcome.LOST), sent("add", 9, seen(0, None), Outcome.UNSENT)
    asked = view("add", *[last] * (MOST_UNSENT - 1), first, last)
    assert decide(asked, seen(60, None), after(60), PACE).action == Send("add")


class Board(BaseHTTPRequestHandler):
    """A BMC whose server is off."""

    def do_GET(self) -> None:
        body = (ROOT if self.path.rstrip("/").endswith("Systems") else SYSTEM).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """(who vouches for the board, what the board shows): nobody else knows that authority."""
    folder: Path = tmp_path_factory.mktemp("board")
    path, key = make_authority(folder, "stranger")
    return path.read_text(), server_tls(folder, "stranger", key)


@pytest.fixture(scope="module")
def board(authority: tuple[str, ssl.SSLContext]) -> Iterator[Bmcs]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Board)
    server.socket = authority[1].wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Bmcs((f"https://127.0.0.1:{server.server_address[1]}",), "root", Secret("Board*4"))
    server.shutdown()
    thread.join()
    server.server_close()


def controller(**fields: Any) -> Controller:
    return Controller(name="c", auth_url="https://127.0.0.1:1", **fields)


def test_a_bmc_is_believed_as_starlingx_itself_believes_it(board: Bmcs) -> None:
    assert asyncio.run(power_state(controller(), board)) == "Off"
    asyncio.run(power_off(controller(), board))


def test_with_verification_nobody_vouches_for_it(board: Bmcs) -> None:
    assert asyncio.run(power_state(controller(bmc_verify=True), board)) == ""
    with pytest.raises(TlsFailed):
        asyncio.run(power_off(controller(bmc_verify=True), board))


@pytest.mark.parametrize("field", ["bmc_ca_bundle", "ca_bundle"])
def test_a_bundle_of_its_own_or_the_controllers_vouches_for_it(
    field: str, board: Bmcs, authority: tuple[str, ssl.SSLContext]
) -> None:
    assert asyncio.run(power_state(controller(bmc_verify=True, **{field: authority[0]}), board)) == "Off"


def test_its_own_bundle_goes_before_the_controllers(board: Bmcs, authority: Any, tmp_path: Path) -> None:
    other = make_authority(tmp_path, "other")[0].read_text()
    both = controller(bmc_verify=True, bmc_ca_bundle=other, ca_bundle=authority[0])
    assert asyncio.run(power_state(both, board)) == ""
