"""Bootstrap and install values that have nothing wrong, to be spoilt one at a time."""

from operations.planning.fleet import FleetPlan, KnownSite

SIMPLEX: dict[str, object] = {
    "name": "cell-1",
    "system_mode": "simplex",
    "management_subnet": "192.168.101.0/24",
    "management_start_address": "192.168.101.2",
    "management_end_address": "192.168.101.50",
    "management_gateway_address": "192.168.101.1",
    "systemcontroller_gateway_address": "192.168.204.101",
    "external_oam_subnet": "10.10.20.0/24",
    "external_oam_gateway_address": "10.10.20.1",
    "external_oam_floating_address": "10.10.20.10",
}
DUPLEX: dict[str, object] = SIMPLEX | {
    "system_mode": "duplex",
    "external_oam_node_0_address": "10.10.20.11",
    "external_oam_node_1_address": "10.10.20.12",
}
ADMIN: dict[str, object] = {key: value for key, value in DUPLEX.items() if key != "management_gateway_address"} | {
    "admin_subnet": "10.50.1.0/24",
    "admin_start_address": "10.50.1.2",
    "admin_end_address": "10.50.1.20",
    "admin_gateway_address": "10.50.1.1",
}
DUAL: dict[str, object] = DUPLEX | {
    "management_subnet": "192.168.101.0/24,fd01:1::/64",
    "management_start_address": "192.168.101.2,fd01:1::2",
    "management_end_address": "192.168.101.50,fd01:1::50",
    "management_gateway_address": "192.168.101.1,fd01:1::1",
}
IPV6: dict[str, object] = SIMPLEX | {
    "management_subnet": "fd01:1::/64",
    "management_start_address": "fd01:1::2",
    "management_end_address": "fd01:1::50",
    "management_gateway_address": "fd01:1::1",
    "systemcontroller_gateway_address": "fd00:204::101",
    "external_oam_subnet": "2001:db8:20::/64",
    "external_oam_gateway_address": "2001:db8:20::1",
    "external_oam_floating_address": "2001:db8:20::10",
}
INSTALL: dict[str, object] = {
    "bootstrap_interface": "eno1",
    "bootstrap_address": "10.10.20.10",
    "bootstrap_address_prefix": 24,
    "install_type": 3,
    "bmc_username": "operator",
    "bmc_address": "10.10.30.10",
}
FLEET = FleetPlan(
    sites=(
        KnownSite(
            name="cell-0",
            subnet="192.168.100.0/24",
            start_ip="192.168.100.2",
            end_ip="192.168.100.50",
            oam_floating_ip="10.10.19.10",
            bmc_address="10.10.30.9",
        ),
    ),
    region_names=("RegionOne",),
    management_subnets=("192.168.204.0/24", "fd00:204::/64"),
    management_pools=(("192.168.204.2", "192.168.204.50"),),
    supported_releases=("26.09", "26.03"),
    active_release="26.09",
    kubernetes_versions={"26.09": "v1.34.1", "26.03": "v1.32.2"},
    groups={1: "Default", 2: "West"},
)
