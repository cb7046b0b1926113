"""Templates of sites: made, changed and deleted by people. A text with a secret in it is refused."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from operations.models import SiteTemplate
from operations.planning.templates import read_template
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.services.actors import Actor, audit

TEXTS = ("bootstrap_values", "install_values", "deploy_config")
FIELDS = ("name", "description", *TEXTS)
MOST_SAID = 20
CHANGED = "Somebody has changed this template meanwhile: load it again."


def add_template(values: Mapping[str, str], actor: Actor, now: datetime) -> SiteTemplate:
    """Raises RefusedError {field: sentence}."""
    template = SiteTemplate(created_at=now, changed_at=now, changed_by=actor.name[:150], **dict(values))
    _check(template)
    return _saved(template, "template.add", actor, now)


def change_template(
    pk: int, changes: Mapping[str, str], actor: Actor, now: datetime, seen: datetime | None = None
) -> SiteTemplate:
    """`seen`: `changed_at` of what was shown. Raises RefusedError, NotNowError where it was changed since, and
    SiteTemplate.DoesNotExist."""
    with transaction.atomic():
        template = SiteTemplate.objects.select_for_update().get(pk=pk)
        if seen is not None and seen != template.changed_at:
            raise NotNowError(CHANGED)
        for name in FIELDS:
            setattr(template, name, changes.get(name, getattr(template, name)))
        template.changed_at, template.changed_by = now, actor.name[:150]
        _check(template)
        return _saved(template, "template.change", actor, now)


def delete_template(pk: int, actor: Actor, now: datetime) -> None:
    """Deployments keep their own copy. Raises SiteTemplate.DoesNotExist."""
    with transaction.atomic():
        template = SiteTemplate.objects.select_for_update().get(pk=pk)
        template.delete()
        audit(actor, "template.delete", f"template:{pk}", now, {"name": template.name})


def check_texts(texts: Mapping[str, str]) -> None:
    """`texts` by name, see TEXTS. Raises RefusedError {place: sentence}."""
    read = read_template(*(texts[name] for name in TEXTS))
    problems: dict[str, str] = {}
    for problem in read.problems[:MOST_SAID]:
        problems.setdefault(problem.field, problem.message)
    if problems:
        raise RefusedError(problems)


def _check(template: SiteTemplate) -> None:
    check_texts({name: getattr(template, name) for name in TEXTS})


def _saved(template: SiteTemplate, verb: str, actor: Actor, now: datetime) -> SiteTemplate:
    try:
        with transaction.atomic():
            template.save()
            audit(actor, verb, f"template:{template.pk}", now, {"name": template.name})
    except IntegrityError:
        raise RefusedError({"name": "There is a template of this name already."}) from None
    return template
