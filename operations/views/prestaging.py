"""How far a release is prestaged: how many sites have it, by System Controller and by region, and which have not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from operations.marks import drawn_bar
from sites.filters import CloudFilter
from sites.middleware import PortalRequest
from sites.prestage import LACKING, LONGEST, MARKS, PrestageState
from sites.prestage_coverage import Coverage, Tally, coverage, known_releases
from sites.selectors import subclouds

SHORT = {  # headings of narrow columns
    PrestageState.DEPLOYED: "Deployed", PrestageState.PRESTAGED: "Prestaged", PrestageState.PRESTAGING: "Prestaging",
    PrestageState.FAILED: "Failed", PrestageState.ABSENT: "Not", PrestageState.UNKNOWN: "Not known",
}  # fmt: skip
MEANS = {
    PrestageState.DEPLOYED: "the release runs there, nothing is left to copy",
    PrestageState.PRESTAGED: "copied there, ready to be deployed",
    PrestageState.PRESTAGING: "a prestage is under way; dcmanager does not say of which release",
    PrestageState.FAILED: "not there, and the last prestage failed; dcmanager does not say of which release",
    PrestageState.ABSENT: "not there",
    PrestageState.UNKNOWN: "neither the site nor dcmanager has told lately",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A System Controller or a region: `cells` are (state, number, address of the list of them)."""

    name: str
    bar: SafeString
    href: str
    total: int
    percent: int | None
    cells: list[tuple[str, int, str]]
    oldest: datetime | None


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """`of`: the release, the newest where none is named; with the filters of the list of subclouds. To htmx only the
    numbers. Three queries."""
    filters = CloudFilter(request.GET, queryset=subclouds(request.scopes), request=request)
    known = known_releases(request.scopes)
    release = request.GET.get("of", "").strip() or (known[0]["release_id"] if known else "")
    problems = [(name, " ".join(map(str, said))) for name, said in filters.errors.items()]
    if len(release) > LONGEST or "\x00" in release:
        problems.append(("of", f"At most {LONGEST} characters."))
    if problems:
        refused = {"problems": problems, "href": reverse("operations:prestaging")}
        return render(request, "operations/refused.html", refused, status=400)
    kept = request.GET.copy()
    kept.pop("of", None)
    context: dict[str, Any] = {
        "release": release, "releases": known, "kept": kept, "filtered": any(map(any, dict(kept.lists()).values())),
        "states": at_controllers(known, release),
    }  # fmt: skip
    if release:
        context |= _told(coverage(filters.qs, release, request.now), release, kept)
    return render(request, "operations/prestaging.html", context)


def at_controllers(known: list[dict[str, Any]], release: str) -> str:
    """ "deployed at 2, available at 1"; "" where none of them has it."""
    states: dict[str, int] = next((row["states"] for row in known if row["release_id"] == release), {})
    return ", ".join(f"{state or 'in no state'} at {number}" for state, number in sorted(states.items()))


def _told(found: Coverage, release: str, kept: QueryDict) -> dict[str, Any]:
    return {
        "all": _row(found.all, release, kept, {}),
        "tiles": [
            {"mark": MARKS[state] if number else "none", "own_mark": MARKS[state], "number": number,
             "word": state.label, "means": MEANS[state], "href": _address(kept, {"prestage": f"{state}:{release}"})}
            for state, number in ((state, found.all.counts[state]) for state in PrestageState)
        ],
        "lacking": sum(found.all.counts[state] for state in LACKING),
        "lacking_query": _query(kept, {"not_prestaged": release}),
        "heads": [(MARKS[state], SHORT[state]) for state in PrestageState],
        "places": [
            ("System Controller", [_row(each, release, kept, {"controller": each.key}) for each in found.controllers]),
            ("Region", [_row(each, release, kept, {"region": each.key}) for each in found.regions]),
        ],
    }  # fmt: skip


def _row(tally: Tally, release: str, kept: QueryDict, place: dict[str, str | None]) -> Row:
    counts = [(state, tally.counts[state]) for state in PrestageState]
    told = ", ".join(f"{number:,} {state.label}" for state, number in counts if number) or "no subclouds"
    return Row(
        name=tally.name or "no region",
        bar=drawn_bar([(f"prestage-{state}", MARKS[state], number, state.label) for state, number in counts], told),
        href=_address(kept, place),
        total=tally.total,
        percent=tally.percent,
        cells=[(state, number, _address(kept, place | {"prestage": f"{state}:{release}"})) for state, number in counts],
        oldest=tally.oldest,
    )


def _address(kept: QueryDict, chosen: dict[str, str | None]) -> str:
    return f"{reverse('subclouds')}?{_query(kept, chosen)}"


def _query(kept: QueryDict, chosen: dict[str, str | None]) -> str:
    query = kept.copy()
    for name, value in chosen.items():
        query[name] = value or ""
    return query.urlencode()
