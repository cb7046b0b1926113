"""The forms of a plan together: bound to what came, filled from a plan that stands, and made into what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from operations.campaigns.chain import following
from operations.campaigns.release_gates import LIVE
from operations.campaigns.strategy import Kind
from operations.forms.plan_rows import WaveForm, WindowForm, rows_of, wave_initial
from operations.forms.plan_rules import RulesForm, rules_initial
from operations.forms.plan_strategy import StrategyForm, strategy_initial
from operations.models import MaintenanceWindow, Operation
from operations.services.campaigns import CampaignAsk
from operations.services.requests import RefusedError
from operations.services.windows import saved_rules
from operations.views.campaigns.planchoice import PlanChoice
from sites.choices import CloudKind
from sites.models import Cloud, Release


@dataclass(slots=True)
class PlanForms:
    """`saved`: (window, whether it is chosen). `problems`: (where, sentence) that stand at no field."""

    strategy: StrategyForm
    rules: RulesForm
    waves: list[WaveForm]
    windows: list[WindowForm]
    saved: list[tuple[MaintenanceWindow, bool]]
    problems: list[tuple[str, str]]

    def is_valid(self) -> bool:
        forms = [self.strategy, self.rules, *self.waves, *self.windows]
        valid = [form.is_valid() for form in forms]  # all of them are asked, so that each says what is wrong
        return all(valid)

    def told_problems(self) -> list[tuple[str, str]]:
        """(where, sentence): all that is wrong with what came, for whoever does not see the fields again."""
        named: list[tuple[str, Any]] = [("", self.strategy), ("", self.rules)]
        named += [(f"Wave {at}: ", form) for at, form in enumerate(self.waves, 1)]
        named += [(f"Window {at}: ", form) for at, form in enumerate(self.windows, 1)]
        found = list(self.problems)
        for where, form in named:
            for name, messages in form.errors.items() if form.is_bound else ():
                label = form.fields[name].label if name in form.fields else ""
                found.append((f"{where}{label or ''}", " ".join(map(str, messages))))
        return found

    def ask(self, choice: PlanChoice, seen_hash: str = "") -> CampaignAsk:
        """Of valid forms. Raises RefusedError."""
        names: list[str] = self.rules.cleaned_data["chosen"]
        canaries, unknown = choice.ids(names)
        if unknown:
            raise RefusedError({"chosen": f"Not among the subclouds of this plan: {', '.join(unknown[:5])[:200]}."})
        rules = self.rules.rules(canaries) | {
            "waves": [form.rule for form in self.waves if form.cleaned_data.get("name")],
            "windows": [form.rule for form in self.windows if form.cleaned_data.get("weekdays")],
            "saved_windows": [row.name for row, chosen in self.saved if chosen],
        }
        given = self.rules.cleaned_data
        return CampaignAsk(
            strategy=self.strategy.strategy, rules=saved_rules(rules), clouds=choice.clouds, title=given["title"],
            reason=given["reason"], not_before=given["not_before"], after=given["after"], seen_hash=seen_hash,
            secrets=self.strategy.secrets(backs_up=given["start_backups"]),
        )  # fmt: skip

    def add(self, refusal: RefusedError) -> None:
        """What the service refused, each at its field where there is one."""
        for name, text in refusal.problems.items():
            form: Any = next((each for each in (self.strategy, self.rules) if name in each.fields), None)
            if form is None:
                self.problems.append((name, text))
            else:
                form.add_error(name, text)


def bound(data: QueryDict, choice: PlanChoice) -> PlanForms:
    """With what came. `add` names a list that is to have one more row."""
    more = {name: int(data.get("add") == name) for name in ("wave", "window")}
    chosen = set(data.getlist("saved"))
    return PlanForms(
        strategy=StrategyForm(data, releases=releases(choice)),
        rules=RulesForm(data, before=choice.before),
        waves=rows_of(WaveForm, "wave", data, more["wave"]),
        windows=rows_of(WindowForm, "window", data, more["window"]),
        saved=[(row, row.name in chosen) for row in MaintenanceWindow.objects.all()],
        problems=[],
    )


def fresh(choice: PlanChoice, operation: Operation | None) -> PlanForms:
    """For a new plan, or filled from the plan of `operation`, which it changes or is to follow."""
    saved = [(row, False) for row in MaintenanceWindow.objects.all()]
    known = releases(choice)
    if operation is None:
        start = {"release_id": _usual(choice, known)}
        waves, windows = rows_of(WaveForm, "wave", None, 1), rows_of(WindowForm, "window", None, 0)
        rules_form = RulesForm(before=choice.before)
        return PlanForms(StrategyForm(initial=start, releases=known), rules_form, waves, windows, saved, [])
    campaign = operation.campaign
    rules: Mapping[str, Any] = campaign.rules
    told = rules_initial(rules, choice.names) | {"reason": operation.reason}
    if choice.origin:
        ask, told = {"kind": following(campaign.strategy)}, told | {"after": operation.pk}
        if campaign.strategy == Kind.PRESTAGE:  # its laxer gate is that of a work without a reboot
            told["ceph"] = ""
    else:
        ask = campaign.ask
        told |= {"title": operation.title, "not_before": campaign.not_before, "after": campaign.after_number}
    return PlanForms(
        strategy=StrategyForm(initial=strategy_initial(ask), releases=known),
        rules=RulesForm(initial=told, before=choice.before),
        waves=rows_of(WaveForm, "wave", None, 0, [wave_initial(rule) for rule in rules.get("waves", ())]),
        windows=rows_of(WindowForm, "window", None, 0, rules.get("windows", ())),
        saved=saved,
        problems=[],
    )


def releases(choice: PlanChoice) -> list[str]:
    """Release ids at the System Controllers of these sites, the newest first. One query."""
    return list(_central(choice).order_by("-release_id").values_list("release_id", flat=True).distinct())


def _usual(choice: PlanChoice, known: list[str]) -> str:
    """The newest that is deployed at one of their System Controllers: its sites can have no other."""
    live = _central(choice).filter(state__in=LIVE).order_by("-release_id")
    return live.values_list("release_id", flat=True).first() or next(iter(known), "")


def _central(choice: PlanChoice) -> QuerySet[Release]:
    controllers = Cloud.objects.filter(pk__in=choice.clouds).values("controller_id")
    return Release.objects.filter(cloud__kind=CloudKind.CENTRAL, cloud__controller__in=controllers)
