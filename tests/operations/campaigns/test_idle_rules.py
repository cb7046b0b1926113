"""A limit or a wave for what no site has: whoever plans is told, as nobody would get it."""

from operations.campaigns.idle_rules import idle_rules
from operations.campaigns.plan import Limits, WaveRule
from tests.operations.campaigns.planned import site

SITES = [site(1, region="Brazil", link="mw-7", labels=frozenset({"gold"})), site(2, region="")]


def test_names_that_no_site_has_are_told() -> None:
    limits = Limits(regions=(("Brasil", 1), ("Brazil", 2)), links=(("mw-8", 1), ("mw-7", 1)))
    waves = [WaveRule("First", regions=frozenset({"Brazil", "Nord"}), labels=frozenset({"gold", "silver"}),
                      site_types=frozenset({"AIO-SX", "AIO-DX"}))]  # fmt: skip
    assert list(idle_rules(limits, waves, SITES)) == [
        "No site of this plan is of region Brasil: that limit holds nobody.",
        "No site of this plan is of WAN link mw-8: that limit holds nobody.",
        "Wave First: no site of this plan has the region Nord.",
        "Wave First: no site of this plan has the label silver.",
        "Wave First: no site of this plan has the type AIO-DX.",
    ]


def test_rules_that_fit_and_plans_without_sites_tell_nothing() -> None:
    limits = Limits(regions=(("Brazil", 1),), links=(("mw-7", 1),))
    assert list(idle_rules(limits, [WaveRule("First", regions=frozenset({"Brazil"}))], SITES)) == []
    assert list(idle_rules(Limits(regions=(("Nord", 1),)), [], [])) == []
