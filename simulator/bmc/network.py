"""The host's network: the ports and MACs that sysinv has, by interface and by adapter."""

from __future__ import annotations

from itertools import groupby

from simulator.alarms.conditions import ports_down
from simulator.alarms.model import StandingAlarms
from simulator.bmc.board import ROOT, Board, Body, collection, reference, shown
from simulator.bmc.errors import missing
from simulator.hardware import PortSpec
from simulator.routing import Call

INTERFACES = "/Systems/1/EthernetInterfaces"
ADAPTERS = "/Chassis/1/NetworkAdapters"


def cards(board: Board) -> dict[str, list[PortSpec]]:
    """Adapter name -> its ports: what shares a PCI device."""
    grouped = groupby(board.host.ports, key=lambda port: port.pci_address.rsplit(".", 1)[0])
    return {f"NIC.{number}": list(ports) for number, (_, ports) in enumerate(grouped, start=1)}


def link(call: Call, board: Board, port: PortSpec) -> str:
    """LinkUp or LinkDown: a BMC sees the carrier of a port, which no alarm tells of a pci-sriov one."""
    model = call.world.alarms
    if not board.on or port.switch is None or board.racked or not isinstance(model, StandingAlarms):
        return "LinkDown"
    pulled = ports_down(model.troubles(board.cloud, board.at), board.at)
    return "LinkDown" if (board.name, port.name) in pulled else "LinkUp"


@shown
def interfaces(call: Call, board: Board) -> Body:
    return collection(INTERFACES, "EthernetInterface", [port.name for port in board.host.ports])


@shown
def interface(call: Call, board: Board) -> Body:
    port = board.host.port(call.params["port"])
    if port is None:
        raise missing(call)
    state = link(call, board, port)
    return {
        "@odata.id": f"{ROOT}{INTERFACES}/{port.name}",
        "@odata.type": "#EthernetInterface.v1_6_0.EthernetInterface",
        "Id": port.name,
        "Name": port.name,
        "Description": f"{port.vendor} {port.device}",
        "MACAddress": port.mac.upper(),
        "PermanentMACAddress": port.mac.upper(),
        "InterfaceEnabled": True,
        "LinkStatus": state,
        "SpeedMbps": port.speed if state == "LinkUp" else None,
        "Status": {"State": "Enabled", "Health": "OK"},
    }


@shown
def adapters(call: Call, board: Board) -> Body:
    return collection(ADAPTERS, "NetworkAdapter", list(cards(board)))


@shown
def adapter(call: Call, board: Board) -> Body:
    name = call.params["adapter"]
    ports = cards(board).get(name)
    if ports is None:
        raise missing(call)
    return {
        "@odata.id": f"{ROOT}{ADAPTERS}/{name}",
        "@odata.type": "#NetworkAdapter.v1_5_0.NetworkAdapter",
        "Id": name,
        "Name": ports[0].device,
        "Manufacturer": ports[0].vendor,
        "Model": ports[0].device,
        "SerialNumber": ports[0].mac.replace(":", "").upper(),
        "Status": {"State": "Enabled", "Health": "OK"},
        "Controllers": [{"ControllerCapabilities": {"NetworkPortCount": len(ports)}}],
        "NetworkPorts": reference(f"{ADAPTERS}/{name}/NetworkPorts"),
    }


@shown
def ports(call: Call, board: Board) -> Body:
    name = call.params["adapter"]
    found = cards(board).get(name)
    if found is None:
        raise missing(call)
    numbers = [str(number) for number in range(1, len(found) + 1)]
    return collection(f"{ADAPTERS}/{name}/NetworkPorts", "NetworkPort", numbers)


@shown
def port(call: Call, board: Board) -> Body:
    name, number = call.params["adapter"], call.params["number"]
    found = dict(enumerate(cards(board).get(name, []), start=1))
    one = found.get(int(number)) if number.isascii() and number.isdigit() else None
    if one is None:
        raise missing(call)
    state = link(call, board, one)
    return {
        "@odata.id": f"{ROOT}{ADAPTERS}/{name}/NetworkPorts/{number}",
        "@odata.type": "#NetworkPort.v1_3_0.NetworkPort",
        "Id": number,
        "Name": one.name,
        "PhysicalPortNumber": number,
        "LinkStatus": state.removeprefix("Link"),
        "AssociatedNetworkAddresses": [one.mac.upper()],
        "SupportedLinkCapabilities": [{"LinkNetworkTechnology": "Ethernet", "LinkSpeedMbps": one.speed}],
        "CurrentLinkSpeedMbps": one.speed if state == "LinkUp" else None,
        "Status": {"State": "Enabled", "Health": "OK"},
    }
