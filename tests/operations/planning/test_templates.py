"""Site templates: placeholders that cannot become structure, and no secret."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.secret_names import looks_secret, names_secret
from operations.planning.templates import columns_for, fill, read_template
from tests.operations.planning.site_template import BOOTSTRAP, CONFIG, INSTALL, template

CELLS = {"mode": "simplex", "net": "10.1.2", "oam": "10.96.0.9", "prefix": "24", "bmc": "10.64.0.1", "mtu": "1500"}


def said(bootstrap: str = BOOTSTRAP, install: str = "", config: str = "") -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in read_template(bootstrap, install, config).problems]


def test_it_works() -> None:
    found = template()
    assert found.problems == ()
    assert found.required == ("mode", "net", "oam", "prefix", "bmc", "mtu")
    assert found.optional == ("vlan",)
    assert found.slots == (
        ("bootstrap_values", "docker_registries", "k8s.gcr.io", "password"),
        ("install_values", "bmc_password"),
        ("deploy_config", 0, "data", "username"),
        ("deploy_config", 0, "data", "password"),
    )


def test_columns_of_its_sheet() -> None:
    columns = columns_for(template(), {"mode": "simplex", "mtu": ""})
    assert columns.required == ("name", "net", "oam", "prefix", "bmc", "mtu")
    assert {"mode", "vlan", "group", "latitude", "bootstrap_address"} <= set(columns.optional)
    assert "bootstrap_address" in columns_for(read_template(BOOTSTRAP)).required


def test_cells_are_put_in() -> None:
    documents, problems = fill(template(), CELLS | {"vlan": "128"})
    assert problems == []
    assert documents.bootstrap["management_subnet"] == "10.1.2.0/24"
    assert documents.install is not None
    assert documents.install["bootstrap_address_prefix"] == 24
    assert documents.install["bootstrap_vlan"] == 128
    assert documents.config is not None
    assert documents.config[1]["spec"] == {
        "mtu": 1500,
        "label": "1500",
        "bm": {"credentials": {"password": {"secret": "bmc-secret"}}},
    }


def test_what_may_be_blank_is_left_out() -> None:
    documents, problems = fill(template(), CELLS)
    assert problems == []
    assert "bootstrap_vlan" not in (documents.install or {})


def test_a_missing_column_is_named() -> None:
    _, problems = fill(template(), {"net": "", **{k: v for k, v in CELLS.items() if k not in ("net", "bmc")}})
    assert [problem.message for problem in problems] == [
        "Column net has no value; bootstrap_values/management_subnet needs it.",
        "Column bmc has no value; install_values/bmc_address needs it.",
    ]


@pytest.mark.parametrize(
    "cell", ["a: b", "[1, 2]", "{x: y}", "!!python/none x", "&a *b", "| x", "null", "true", "1e3", "010", "26.10"]
)
def test_a_cell_never_becomes_structure(cell: str) -> None:
    documents, _ = fill(read_template("a: ${x}\nb: pre ${x}\nc: '${x}'"), {"x": cell})
    assert dict(documents.bootstrap) == {"a": cell, "b": f"pre {cell}", "c": cell}


@pytest.mark.parametrize(("cell", "value"), [("0", 0), ("-7", -7), ("true", True), ("False", False), ("007", "007")])
def test_plain_placeholders_of_the_configuration_have_types(cell: str, value: object) -> None:
    documents, _ = fill(read_template("a: b", "", "apiVersion: v1\nkind: X\na: ${x}\nb: '${x}'"), {"x": cell})
    assert documents.config is not None
    assert (documents.config[0]["a"], documents.config[0]["b"]) == (value, cell)


def test_placeholders_as_text() -> None:
    documents, _ = fill(read_template("a: $${x} ${x} $5 ${ y y }"), {"x": "1", "y_y": "2"})
    assert documents.bootstrap["a"] == "${x} 1 $5 2"


def test_items_of_lists() -> None:
    documents, _ = fill(read_template("a: ['${x}', '${y?}', z]"), {"x": "1"})
    assert documents.bootstrap["a"] == ["1", "z"]


def test_parts_without_placeholders_are_shared() -> None:
    found = read_template("a: {b: {c: 1}}\nd: ${x}")
    documents, _ = fill(found, {"x": "1"})
    assert documents.bootstrap["a"] is found.documents.bootstrap["a"]


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("", "bootstrap_values", "one mapping"),
        ("- a", "bootstrap_values", "one mapping"),
        ("a: [", "bootstrap_values", "not the YAML"),
        ("a: 1\na: 2", "bootstrap_values", "stands twice"),
        ("name: cell-1", "bootstrap_values/name", "the same for every site"),
        ("a: ${", "bootstrap_values/a", "not well written"),
        ("a: ${}", "bootstrap_values/a", "not well written"),
        ("a: ${x", "bootstrap_values/a", "not well written"),
        ("a: ${?}", "bootstrap_values/a", "not well written"),
        ("'${x}': 1", "bootstrap_values/${x}", "in a key"),
        ("a: ${bmc_password}", "bootstrap_values/a", "names a secret"),
        ("admin_password: hunter22", "bootstrap_values/admin_password", "no secret"),
        ("admin_password: ${x}", "bootstrap_values/admin_password", "no secret"),
        ("a: {b: [{api-key: 7}]}", "bootstrap_values/a/b/0/api-key", "no secret"),
        ("tokens: [abc]", "bootstrap_values/tokens/0", "no secret"),
        ("a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  x", "bootstrap_values/a", "looks like"),
        ("a: http://u:pw@proxy", "bootstrap_values/a", "looks like"),
        ("a: {k/8~s: {password: x}}", "bootstrap_values/a/k~18~0s/password", "no secret"),
        ("a: ['${x?}', {password: }]", "bootstrap_values/a", "left out"),
    ],
)
def test_no_template(text: str, field: str, says: str) -> None:
    [(found, message)] = said(text)
    assert found == field
    assert says in message
    assert "hunter22" not in message


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("a: 1", "no kind"),
        ("- a", "parted by ---"),
        ("apiVersion: v1\nkind: Secret\ndata: {anything: aGk=}", "no secret"),
        ("apiVersion: v1\nkind: Secret\nstringData: {a: {b: c}}", "no secret"),
    ],
)
def test_no_configuration(config: str, says: str) -> None:
    [(_, message)] = said("a: b", "", config)
    assert says in message


def test_everything_wrong_is_said_at_once() -> None:
    assert len(said("password: x\ntoken: y\na: ${\n", "bmc_password: z\n", "a: 1")) == 5


SECRET_NAMES = (
    "password passwd bmc_password adminPassword ssl-passphrase secret clientSecret token auth_token private_key"
    " privateKey API-Key credentials rootPasswd PASSWORD registry.password access_key"
)


@pytest.mark.parametrize("key", SECRET_NAMES.split())
def test_names_of_secrets(key: str) -> None:
    assert names_secret(key)


@pytest.mark.parametrize("key", ["name", "compass", "secretName", "key", "bmc_username", "bypass_checks", "author"])
def test_other_names(key: str) -> None:
    assert not names_secret(key)


def test_looks_of_secrets() -> None:
    assert looks_secret("https://user:pw@host/")
    assert not looks_secret("https://host:8080/a@b")
    assert not looks_secret("-----BEGIN CERTIFICATE-----")


@given(st.text(st.sampled_from("ab:${}? \n'-[]\"&*!"), max_size=60), st.text(max_size=60))
def test_any_texts_are_read(bootstrap: str, config: str) -> None:
    found = read_template(bootstrap, bootstrap, config)
    if not found.problems:
        documents, _ = fill(found, {"a": "1", "b": "x: y"})
        yaml.safe_dump(dict(documents.bootstrap))


def test_the_texts_of_these_tests_hold_no_secret() -> None:
    assert read_template(BOOTSTRAP, INSTALL, CONFIG).problems == ()
