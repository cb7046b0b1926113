"""From the options of an operation to the parameters of each target: what is sent, less secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.kinds import KindSpec
from sites.models import Cloud, SubcloudGroup

LONGEST = {"description": 255, "location": 255, "name": 255, "release": 32}
FLAGS = ("force", "local_only", "registry_images", "with_install", "manage", "for_install")


def option_problems(spec: KindSpec, options: Mapping[str, Any], clouds: Sequence[Cloud]) -> dict[str, str]:
    """{option: what is wrong with it}."""
    problems = {}
    for name, value in options.items():
        if name in FLAGS:
            if not isinstance(value, bool):
                problems[name] = "true or false."
        elif name == "group":
            continue
        elif not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST.get(name, 64):
            problems[name] = f"One line of text, at most {LONGEST.get(name, 64)} characters."
    if spec.kind == "rename" and len(clouds) != 1:
        problems["clouds"] = "Rename one subcloud at a time."
    if spec.kind in ("rename", "reconfigure_network"):
        problems |= {name: "Needed." for name in spec.options if not options.get(name)}
    if spec.kind == "reconfigure_network" and len(clouds) != 1:
        problems["clouds"] = "Change the network of one subcloud at a time."
    if spec.kind == "move_group":
        problems |= _group_problems(options, clouds)
    if options.get("registry_images") and not options.get("local_only"):
        problems["registry_images"] = "Images are backed up on the subcloud only: set local_only too."
    return problems


def _group_problems(options: Mapping[str, Any], clouds: Sequence[Cloud]) -> dict[str, str]:
    group = find_group(options, clouds)
    if group is None:
        return {"group": "Name a group (by id) of the System Controller that all of these subclouds belong to."}
    return {}


def find_group(options: Mapping[str, Any], clouds: Sequence[Cloud]) -> SubcloudGroup | None:
    """The standing group with that id, if it is one of the controller of all these clouds."""
    controllers = {cloud.controller_id for cloud in clouds}
    number = options.get("group")
    if len(controllers) != 1 or not str(number).isascii() or not str(number).isdigit():
        return None
    standing = SubcloudGroup.objects.filter(removed_at=None, portal_made=False, controller_id=controllers.pop())
    return standing.filter(pk=int(str(number))).first()


def target_facts(spec: KindSpec, options: Mapping[str, Any], clouds: Sequence[Cloud]) -> dict[str, Any]:
    """The same for every target: what each step is sent with."""
    facts = {name: options[name] for name in spec.options if name in options and name not in ("group", "name")}
    if spec.kind == "rename":
        facts["new_name"] = options["name"]
    if spec.kind == "move_group" and (group := find_group(options, clouds)) is not None:
        facts |= {"group_id": group.dcmanager_id, "group_name": group.name}
    return facts
