"""From the options of an operation to the parameters of each target: what is sent, less secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.fleet_facts import fleet_plan
from operations.kinds import KindSpec
from operations.planning.canonical_values import canonical_values
from operations.planning.fleet import FleetPlan
from operations.planning.names import misname
from operations.planning.new_network import NETWORK, new_network_problems
from operations.planning.problems import shown
from operations.planning.releases import misrelease
from operations.services.permits import groups_to_fill
from sites.access import EVERYTHING, Scopes
from sites.models import Cloud, SubcloudGroup

LONGEST = {"description": 255, "location": 255, "name": 255, "release": 32}
CLEARABLE = ("description", "location")  # an empty text is a value of theirs
ALONE = ("rename", "reconfigure_network")  # kinds for one subcloud, that need every option
FLAGS = ("force", "local_only", "registry_images", "with_install", "manage", "for_install",
         "without_known_backup")  # fmt: skip


def option_problems(
    spec: KindSpec, options: Mapping[str, Any], clouds: Sequence[Cloud], scopes: Scopes = EVERYTHING
) -> dict[str, str]:
    """{option: what is wrong with it}. `scopes`: of who asks."""
    problems = _value_problems(options) | _kind_problems(spec, options, clouds)
    if spec.kind == "move_group":
        problems |= _group_problems(options, clouds, scopes)
    if spec.kind == "rename" and not problems:
        problems |= _new_name_problems(options["name"], clouds[0])
    if spec.kind == "reconfigure_network" and not problems:
        cloud = clouds[0]
        present = {name: str(getattr(cloud, name)) for name in NETWORK}
        fleet = fleet_plan(cloud.controller, scopes=scopes)
        problems |= new_network_problems(options, fleet, cloud.name, cloud.system_mode, present)
    if options.get("release") and (wrong := misrelease(str(options["release"]), FleetPlan())):
        problems["release"] = wrong
    if options.get("registry_images") and not options.get("local_only"):
        problems["registry_images"] = "Images are backed up on the subcloud only: set local_only too."
    return problems


def canonical_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Addresses as they are sent: dcmanager takes no blank beside a comma."""
    return canonical_values(options, (*NETWORK, "bootstrap_address"))


def _value_problems(options: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    for name, value in options.items():
        if name in FLAGS:
            if not isinstance(value, bool):
                problems[name] = "true or false."
        elif name == "group":
            continue
        elif not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST.get(name, 64):
            problems[name] = f"One line of text, at most {LONGEST.get(name, 64)} characters."
    return problems


def _kind_problems(spec: KindSpec, options: Mapping[str, Any], clouds: Sequence[Cloud]) -> dict[str, str]:
    problems = {}
    if spec.kind == "edit" and not options:
        problems["description"] = "Give a description or a location."
    if spec.kind in ALONE:
        problems |= {name: "Needed." for name in spec.options if not options.get(name)}
        if len(clouds) != 1:
            problems["clouds"] = "One subcloud at a time."
    if spec.kind == "restore" and options.get("release") and not options.get("with_install"):
        problems["release"] = "A release is chosen only where the server is installed first: set with_install too."
    return problems


def _new_name_problems(name: str, cloud: Cloud) -> dict[str, str]:
    """As a new subcloud's: it must be free on that System Controller."""
    fleet = fleet_plan(cloud.controller)
    if wrong := misname(name, fleet.region_names):
        return {"name": wrong[0].upper() + wrong[1:]}
    if name == cloud.name:
        return {"name": "That is its name already: give another one."}
    return {"name": f"A subcloud named {shown(name)} exists already."} if name in fleet.names else {}


def _group_problems(options: Mapping[str, Any], clouds: Sequence[Cloud], scopes: Scopes) -> dict[str, str]:
    """A group that the user may not fill is none: its name is not told."""
    group = find_group(options, clouds)
    if group is None or not groups_to_fill(scopes).filter(pk=group.pk).exists():
        where = "the System Controller that all of these subclouds belong to"
        return {"group": f"Name a group (by id) in your scope, of {where}."}
    return {}


def find_group(options: Mapping[str, Any], clouds: Sequence[Cloud]) -> SubcloudGroup | None:
    """The standing group with that id, if it is one of the controller of all these clouds."""
    controllers = {cloud.controller_id for cloud in clouds}
    number = str(options.get("group"))
    if len(controllers) != 1 or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    standing = SubcloudGroup.objects.filter(removed_at=None, portal_made=False, controller_id=controllers.pop())
    return standing.filter(pk=int(number)).first()


def target_facts(spec: KindSpec, options: Mapping[str, Any], clouds: Sequence[Cloud]) -> dict[str, Any]:
    """The same for every target: what each step is sent with."""
    facts = {name: options[name] for name in spec.options if name in options and name not in ("group", "name")}
    if spec.kind == "rename":
        facts["new_name"] = options["name"]
    if spec.kind == "move_group" and (group := find_group(options, clouds)) is not None:
        facts |= {"group_id": group.dcmanager_id, "group_name": group.name}
    return facts
