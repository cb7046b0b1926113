"""What to know before a legal verb: dcmanager takes it, and it has a price that its name does not say.

Source: starlingx-dcmanager.md 2.2.2, 2.4, 2.7, trap 20; design of the portal for peer groups (membership is part of
what two System Controllers keep alike).
"""

from __future__ import annotations

from collections.abc import Iterator

from operations.planning.subcloud_state import SubcloudState, Verb

_ALWAYS: dict[Verb, str] = {
    Verb.ABORT: "It ends when the running playbook may be interrupted, up to 10 minutes later.",
    Verb.REDEPLOY: "The site is installed anew: all that runs there and is stored there is lost.",
    Verb.RESTORE: "The site is out of service until it is restored, and returns to the state of its backup.",
    Verb.UNMANAGE: "Its alarms and sync states are no longer reported; alarm counts are unknown until it is managed.",
    Verb.DELETE: "The System Controller forgets it, with its routes and deploy files; the site itself is not touched.",
}


def cautions(verb: str, state: SubcloudState) -> tuple[str, ...]:
    """Sentences to show beside a legal verb before it is confirmed; () mostly.

    Raises ValueError for an unknown verb.
    """
    return tuple(_cautions(Verb(verb), state))


def _cautions(verb: Verb, state: SubcloudState) -> Iterator[str]:
    if verb in _ALWAYS:
        yield _ALWAYS[verb]
    if verb is Verb.ABORT and state.deploy_status == "installing":
        yield "The server is powered off through its BMC."
    if verb in (Verb.RENAME, Verb.EDIT) and state.peer_group:
        yield "It belongs to a peer group: the association is out of sync until it is synchronised again."
    if verb in (Verb.UNMANAGE, Verb.RESTORE) and state.deploy_status == "sw-deploy-in-progress":
        yield "A software deployment is running in it, and may fail with this."
    if verb is Verb.CONFIGURE and state.deploy_status == "complete":
        yield "It is deployed already: its deploy configuration is applied again."
    if verb is Verb.COMPLETE:
        yield "Its configuration is left as it is: dcmanager takes the site for finished."
