"""SessionService: log in, look, log out."""

from __future__ import annotations

from aiohttp import web

from simulator.bmc.access import SESSION_SECONDS, Access, Session
from simulator.bmc.board import ROOT, Board, Body, board_of, collection, json_body, redfish, reference, shown
from simulator.bmc.errors import Refused, missing, refused, unauthorized
from simulator.bmc_accounts import BMC_USER
from simulator.clock import utc
from simulator.routing import Call

PATH = "/SessionService/Sessions"


@shown
def service(call: Call, board: Board) -> Body:
    return {
        "@odata.id": ROOT + "/SessionService",
        "@odata.type": "#SessionService.v1_1_6.SessionService",
        "Id": "SessionService",
        "Name": "Session Service",
        "ServiceEnabled": True,
        "SessionTimeout": int(SESSION_SECONDS),
        "Status": {"State": "Enabled", "Health": "OK"},
        "Sessions": reference(PATH),
    }


def row(session: Session) -> Body:
    return {
        "@odata.id": f"{ROOT}{PATH}/{session.id}",
        "@odata.type": "#Session.v1_2_1.Session",
        "Id": session.id,
        "Name": "User Session",
        "UserName": BMC_USER,
        "CreatedTime": f"{utc(session.opened_at):%Y-%m-%dT%H:%M:%SZ}",
    }


class Sessions:
    """Handlers below /SessionService/Sessions."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def index(self, call: Call) -> web.StreamResponse:
        return redfish(collection(PATH, "Session", [session.id for session in self._access.sessions(call)]))

    async def create(self, call: Call) -> web.StreamResponse:
        """A token in X-Auth-Token, the session's address in Location."""
        try:
            board_of(call)
            given = await json_body(call)
            for name in ("UserName", "Password"):
                if name not in given:
                    raise Refused(400, "PropertyMissing", f"The property {name} is required and must be included.")
        except Refused as refusal:
            return refused(refusal)
        if not self._access.accepts(call, given["UserName"], given["Password"]):
            return unauthorized(call)
        session = self._access.log_in(call)
        response = redfish(row(session), 201)
        response.headers["X-Auth-Token"] = session.token
        response.headers["Location"] = f"{ROOT}{PATH}/{session.id}"
        return response

    async def show(self, call: Call) -> web.StreamResponse:
        session = self._find(call)
        return redfish(row(session)) if session else refused(missing(call))

    async def delete(self, call: Call) -> web.StreamResponse:
        session = self._find(call)
        if session is None:
            return refused(missing(call))
        self._access.log_out(session)
        return web.Response(status=204)

    def _find(self, call: Call) -> Session | None:
        return next((one for one in self._access.sessions(call) if one.id == call.params["session"]), None)
