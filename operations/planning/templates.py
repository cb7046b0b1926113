"""A site template: bootstrap values, install values and deploy configuration with placeholders for each site's facts.

Source of what the documents are: starlingx-dcmanager.md 2.2.1 and 7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from operations.planning import bootstrap, install
from operations.planning.paths import Path, written
from operations.planning.placeholders import Filling, Touched
from operations.planning.problems import Problem
from operations.planning.sheet_columns import Columns
from operations.planning.template_walk import Found
from operations.planning.yaml_reading import BadYaml, load_yaml

CONFIG_DOCUMENT = "deploy_config"
LONGEST = 300_000  # characters of one document
MOST_NODES = 20_000
FACTS = ("name", "group", "release", "description", "location", "latitude", "longitude", "bootstrap_address")

# What dcmanager and its playbooks read as a number or as yes and no; all else of these two documents stays text.
_NUMBERS = frozenset(
    (
        "install_type",
        "bootstrap_address_prefix",
        "bootstrap_vlan",
        "persistent_size",
        "hw_settle",
        "rvmc_debug_level",
        "rd.net.timeout.ipv6dad",
    )
)
_SWITCHES = frozenset({"no_check_certificate", "wipe_osds"})
_INT, _BOOL, _BOTH, _NEITHER = frozenset({int}), frozenset({bool}), frozenset({int, bool}), frozenset[type]()


@dataclass(frozen=True, slots=True)
class Documents:
    """The three documents of one site (or of a template). None: there is none. The configuration has several parts."""

    bootstrap: Mapping[str, object]
    install: Mapping[str, object] | None
    config: tuple[Mapping[str, object], ...] | None

    @property
    def by_name(self) -> dict[str, object]:
        """By the name of dcmanager's form field, only those that there are."""
        named = {bootstrap.DOCUMENT: self.bootstrap, install.DOCUMENT: self.install}
        return {name: each for name, each in (*named.items(), (CONFIG_DOCUMENT, self.config)) if each is not None}


@dataclass(frozen=True, slots=True)
class SiteTemplate:
    """`required` and `optional`: columns named by placeholders. `slots`: where a secret goes in, blank in the template.

    With any `problems` it must not be used. It is read from its texts wherever it is needed, not copied or pickled.
    """

    documents: Documents
    required: tuple[str, ...]
    optional: tuple[str, ...]
    slots: tuple[Path, ...]
    problems: tuple[Problem, ...]
    touched: Touched  # see Filling


def read_template(
    bootstrap_values: str, install_values: str = "", deploy_config: str = "", *, one_site: bool = False
) -> SiteTemplate:
    """Reads the three YAML texts; blank ones are absent. Never raises: what is wrong is in `problems`.

    `one_site`: for a single site, whose name may stand in it.
    """
    problems: list[Problem] = []
    documents = Documents(
        _mapping(bootstrap_values, bootstrap.DOCUMENT, problems),
        _mapping(install_values, install.DOCUMENT, problems) if install_values.strip() else None,
        _parts(deploy_config, problems) if deploy_config.strip() else None,
    )
    found = Found()
    for name, value in documents.by_name.items():
        found.walk(value, (name,))
    problems.extend(found.problems)
    problems.extend(() if one_site else _literal_name(documents))
    required = tuple(found.required)
    optional = tuple(column for column in found.optional if column not in found.required)
    return SiteTemplate(documents, required, optional, tuple(found.slots), tuple(problems), found.touched)


def part_of(template: SiteTemplate, names: Collection[str]) -> SiteTemplate:
    """The template of these documents only; the secrets of the others have no place in it."""
    kept = {name: value for name, value in template.documents.by_name.items() if name in names}
    slots = tuple(slot for slot in template.slots if slot[0] in names)
    return replace(template, documents=documents_of(kept), slots=slots)


def _load(text: str, document: str, problems: list[Problem]) -> list[object]:
    try:
        loaded = load_yaml(text, most_nodes=MOST_NODES, longest=LONGEST)
    except BadYaml as error:
        problems.append(Problem(document, f"This is not the YAML that is taken: {error}"))
        return []
    problems.extend(Problem(document, each[0].upper() + each[1:]) for each in loaded.duplicates[:100])
    return [part for part in loaded.documents if part is not None]


def _mapping(text: str, document: str, problems: list[Problem]) -> Mapping[str, object]:
    before = len(problems)
    parts = _load(text, document, problems)
    if len(parts) == 1 and isinstance(parts[0], dict):
        return parts[0]
    if len(problems) == before:
        problems.append(Problem(document, "This must be one mapping of keys to values."))
    return {}


def _parts(text: str, problems: list[Problem]) -> tuple[Mapping[str, object], ...]:
    before = len(problems)
    parts = [part for part in _load(text, CONFIG_DOCUMENT, problems) if isinstance(part, dict)]
    for number, part in enumerate(parts, start=1):
        if not part.get("kind") or not part.get("apiVersion"):
            problems.append(Problem(CONFIG_DOCUMENT, f"Part {number} has no kind or apiVersion; both are needed."))
    if not parts and len(problems) == before:
        problems.append(Problem(CONFIG_DOCUMENT, "This must be parts with kind and apiVersion, parted by ---."))
    return tuple(parts)


def _literal_name(documents: Documents) -> Iterator[Problem]:
    name = documents.bootstrap.get("name")
    if name is not None and "${" not in str(name):
        yield Problem(
            "bootstrap_values/name", "The name is the same for every site: write ${name}, or take the key out."
        )


def columns_for(template: SiteTemplate, defaults: Mapping[str, str] | None = None) -> Columns:
    """The columns of a sheet for this template. Those that `defaults` has a value for need not be in it."""
    given = {column for column, value in (defaults or {}).items() if value}
    needed = ["name", *template.required]
    if "bootstrap_address" not in (template.documents.install or {}):
        needed.append("bootstrap_address")  # dcmanager then knows of no other address (2.2.1)
    required = tuple(dict.fromkeys(column for column in needed if column not in given))
    others = (*needed, *FACTS, *template.optional)
    return Columns(required, tuple(dict.fromkeys(column for column in others if column not in required)))


def fill(template: SiteTemplate, cells: Mapping[str, str]) -> tuple[Documents, list[Problem]]:
    """The documents of the site with these cells. Columns without a value are problems, by name."""
    filling = Filling(cells, _types, template.touched)
    found = {name: filling.fill(value, (name,)) for name, value in template.documents.by_name.items()}
    problems = [
        Problem(column, f"Column {column} has no value; {written(path)} needs it.")
        for column, path in filling.missing.items()
    ]
    return documents_of(found), problems


def documents_of(named: Mapping[str, object]) -> Documents:
    """The inverse of `Documents.by_name`."""
    first, second, third = (named.get(name) for name in (bootstrap.DOCUMENT, install.DOCUMENT, CONFIG_DOCUMENT))
    return Documents(
        first if isinstance(first, dict) else {},
        second if isinstance(second, dict) else None,
        tuple(part for part in third if isinstance(part, dict)) if isinstance(third, list | tuple) else None,
    )


def _types(path: Path, plain: bool) -> frozenset[type]:
    if path[0] == CONFIG_DOCUMENT:  # Kubernetes' own: the template's quotes say what is text
        return _BOTH if plain else _NEITHER
    if len(path) == 2 and path[1] in _NUMBERS:
        return _INT
    return _BOOL if len(path) == 2 and path[1] in _SWITCHES else _NEITHER
