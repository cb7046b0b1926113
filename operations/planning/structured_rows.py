"""Rows of a YAML or JSON text: a list with one mapping for each site, or `sites:` with such a list.

Values stay the text that was written: 26.10 is no number here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from operations.planning.cells import clean
from operations.planning.encodings import where_stray
from operations.planning.problems import Problem, shown
from operations.planning.sheet_columns import MOST_COLUMNS, Columns, canonical, place_headers
from operations.planning.site_rows import MOST_ROWS, Sheet, SiteRow, spoilt
from operations.planning.yaml_reading import BadYaml, load_yaml

MOST_NODES = 4_000_000
LONGEST_TEXT = 5_000_000
LIST_KEY = "sites"


class _Repeated(dict[str, object]):
    """A JSON object in which these keys stood more than once; the last value counts."""

    repeated: tuple[str, ...] = ()


def read_yaml(text: str, columns: Columns) -> Sheet:
    """The sheet in a YAML text. Never raises."""
    stray = where_stray(text)
    if stray:
        return spoilt(stray)
    try:
        loaded = load_yaml(text, typed=False, most_nodes=MOST_NODES, longest=LONGEST_TEXT)
    except BadYaml as error:
        return spoilt(f"This is not the YAML that is taken: {error}")
    if len(loaded.documents) != 1:
        return spoilt(f"The file has {len(loaded.documents)} YAML documents; give one list of sites.")
    sheet = _sheet(loaded.documents[0], columns)
    twice = tuple(Problem("file", each[0].upper() + each[1:]) for each in loaded.duplicates[:100])
    return Sheet(sheet.columns, sheet.rows, (*twice, *sheet.problems))


def read_json(text: str, columns: Columns) -> Sheet:
    """The sheet in a JSON text. Never raises."""
    stray = where_stray(text)
    if stray:
        return spoilt(stray)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        return spoilt(f"This is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.")
    except RecursionError:
        return spoilt("This JSON is nested too deep; give one list of sites.")
    return _sheet(value, columns)


def _object(pairs: list[tuple[str, object]]) -> _Repeated:
    found = _Repeated(pairs)
    if len(found) != len(pairs):
        found.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _sheet(value: object, columns: Columns) -> Sheet:
    sites = value.get(LIST_KEY) if isinstance(value, Mapping) and len(value) == 1 else value
    if not isinstance(sites, list) or not sites:
        return spoilt(f"The file must be a list of sites, or have the one key {LIST_KEY} with such a list.")
    if len(sites) > MOST_ROWS:
        return spoilt(f"The file has more than {MOST_ROWS} sites: split it.")
    headers = list(dict.fromkeys(key for site in sites if isinstance(site, Mapping) for key in site))
    if len(headers) > MOST_COLUMNS:
        return spoilt(f"The sites have {len(headers)} different keys; at most {MOST_COLUMNS} are taken.")
    spelled = list(dict.fromkeys(canonical(header) for header in headers))
    places, problems = place_headers(spelled, columns)
    kept = {place for place in places if place}
    rows = tuple(_row(number, site, kept) for number, site in enumerate(sites, start=1))
    return Sheet(tuple(place for place in places if place), rows, tuple(problems))


def _row(number: int, site: object, kept: set[str]) -> SiteRow:
    if not isinstance(site, Mapping):
        return SiteRow(number, {}, (Problem("row", "A site must be a mapping of columns to values."),))
    cells: dict[str, str] = {}
    problems = [
        Problem("row", f"The key {shown(key)} stands twice; keep one.") for key in getattr(site, "repeated", ())
    ]
    for key, value in site.items():
        place = canonical(key)
        if place not in kept:
            continue
        if place in cells:
            problems.append(Problem(place, f"{place} stands twice; keep one."))
            continue
        cells[place], wrong = _cell(value, place)
        if wrong:
            problems.append(Problem(place, f"{place} {wrong}"))
    return SiteRow(number, cells, tuple(problems))


def _cell(value: object, place: str) -> tuple[str, str]:
    if isinstance(value, bool):
        return str(value).lower(), ""
    if value is None:
        return "", ""
    if not isinstance(value, str):
        return "", "must be one value, not a list or mapping."
    return clean(value, place)
