"""Which secrets a request needs that are not there any more: erased with the run, or after a day."""

from operations.engine.request import Request
from operations.kinds import BMC, SYSADMIN
from operations.payloads import SitePlan
from operations.planning.run_secrets import needed, needed_in
from operations.planning.templates import part_of

WITH_SYSADMIN = (
    "add", "install", "bootstrap", "configure", "resume", "enroll", "redeploy", "prestage", "backup", "restore",
    "reconfigure_network",
)  # fmt: skip
WORDS = {SYSADMIN: "the password of sysadmin", BMC: "the password of the BMC"}


def lacking(request: Request) -> str:
    """A sentence for people; "" when everything is there."""
    if request.verb == "power_off" and request.bmcs is not None and not request.bmcs.username:
        return "The user name of the BMC is not known: power the site down by hand, or ask for it anew with one."
    missing = [WORDS.get(name, name) for name in _missing(request)]
    if not missing:
        return ""
    return f"Not there any more: {', '.join(missing)}. Try again, and give it: secrets are erased when a run is over."


def _missing(request: Request) -> list[str]:
    if request.verb == "power_off":
        return [BMC] if request.bmcs is None else []
    local = request.verb == "delete_backup" and request.flag("local_only")
    wanted = [SYSADMIN] if request.verb in WITH_SYSADMIN or local else []
    if request.site is not None:
        wanted = _of_documents(request, request.site)
    there = {*request.secrets, *request.values}
    return [name for name in wanted if not there & {name, name.rpartition("/")[2]}]


def _of_documents(request: Request, site: SitePlan) -> list[str]:
    """With `add` go all documents, with a later phase those that were corrected: each wants its secrets anew."""
    if request.verb == "add":
        return list(needed(site.template()))
    names = site.sent_with(request.verb, request.status, bmc=BMC in request.secrets)
    return [SYSADMIN, *needed_in(part_of(site.template(), names))]
