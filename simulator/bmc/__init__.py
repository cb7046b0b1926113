"""The board management controller of every host: Redfish below `/c1/s12/bmc/redfish/v1/`.

`/c1/s12/bmc/redfish/v1/` is controller-0's, `/c1/s12/bmc/controller-1/redfish/v1/` another host's, and
`/c1/bmc/172.16.0.13/redfish/v1/` that of an address, of a host or of a server in the rack (10.66.0.0/16), which
belongs to no site yet; an address nobody has does not answer. `@odata.id` and Location are as a real BMC has them,
without the prefix: they are to be read below the address the BMC was reached at.
"""

from __future__ import annotations

from simulator.bmc import chassis, managers, network, root, sessions, systems
from simulator.bmc.access import Access
from simulator.bmc.errors import method_not_allowed, not_found, unauthorized
from simulator.bmc.media import Media
from simulator.bmc.places import away, place
from simulator.routing import Routes, Service
from simulator.world import World

BASE = "/{host}/redfish/v1"


def service(world: World) -> Service:
    routes, access, media = Routes(), Access(world), Media(world)
    routes.get("/{host}/redfish", root.versions, public=True)
    routes.get(BASE, root.service_root, public=True)
    for pattern, handler in READS:
        routes.get(BASE + pattern, handler)
    handlers = sessions.Sessions(access)
    routes.get(BASE + "/SessionService/Sessions", handlers.index)
    routes.add("POST", BASE + "/SessionService/Sessions", handlers.create, public=True)
    routes.get(BASE + "/SessionService/Sessions/{session}", handlers.show)
    routes.add("DELETE", BASE + "/SessionService/Sessions/{session}", handlers.delete)
    computer = systems.Systems(media)
    routes.get(BASE + "/Systems/1", computer.show)
    routes.add("PATCH", BASE + "/Systems/1", computer.set_boot)
    routes.add("POST", BASE + "/Systems/1/Actions/ComputerSystem.Reset", computer.reset)
    drive, path = managers.VirtualDrive(media), BASE + "/Managers/1/VirtualMedia/Cd"
    routes.get(path, drive.show)
    routes.add("POST", path + "/Actions/VirtualMedia.InsertMedia", drive.insert)
    routes.add("POST", path + "/Actions/VirtualMedia.EjectMedia", drive.eject)
    return Service(
        "bmc",
        routes,
        authenticate=access.refusal,
        unauthorized=unauthorized,
        not_found=not_found,
        method_not_allowed=method_not_allowed,
        away=away,
        place=place,
    )


READS = (
    ("/SessionService", sessions.service),
    ("/Systems", systems.index),
    ("/Systems/1/EthernetInterfaces", network.interfaces),
    ("/Systems/1/EthernetInterfaces/{port}", network.interface),
    ("/Chassis", chassis.index),
    ("/Chassis/1", chassis.show),
    ("/Chassis/1/Power", chassis.power),
    ("/Chassis/1/Thermal", chassis.thermal),
    ("/Chassis/1/NetworkAdapters", network.adapters),
    ("/Chassis/1/NetworkAdapters/{adapter}", network.adapter),
    ("/Chassis/1/NetworkAdapters/{adapter}/NetworkPorts", network.ports),
    ("/Chassis/1/NetworkAdapters/{adapter}/NetworkPorts/{number}", network.port),
    ("/Managers", managers.index),
    ("/Managers/1", managers.show),
    ("/Managers/1/VirtualMedia", managers.drives),
)
