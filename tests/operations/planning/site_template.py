"""A template like those people write, and a sheet that fits it."""

from operations.planning.sheets import SiteRow, read_sheet
from operations.planning.templates import SiteTemplate, columns_for, read_template

BOOTSTRAP = """
system_mode: ${mode}
management_subnet: ${net}.0/24
management_start_address: ${net}.2
management_end_address: ${net}.50
management_gateway_address: ${net}.1
systemcontroller_gateway_address: 192.168.204.101
external_oam_subnet: 10.96.0.0/11
external_oam_gateway_address: 10.96.0.1
external_oam_floating_address: ${oam}
docker_registries:
  k8s.gcr.io: {url: registry.example/k8s, username: reader, password: }
admin_username: admin
"""
INSTALL = """
bootstrap_interface: eno1
bootstrap_address: ${oam}
bootstrap_address_prefix: ${prefix}
bootstrap_vlan: ${vlan?}
install_type: 3
bmc_username: operator
bmc_password:
bmc_address: ${bmc}
"""
CONFIG = """
apiVersion: v1
kind: Secret
metadata: {name: bmc-secret}
data: {username: , password: }
---
apiVersion: starlingx.windriver.com/v1
kind: Host
metadata: {name: controller-0}
spec:
  mtu: ${mtu}
  label: '${mtu}'
  bm: {credentials: {password: {secret: bmc-secret}}}
"""
SECRETS = {
    "sysadmin_password": "sysadmin-Pw-1*",
    "bmc_password": "bmc-Pw-2*: [x]",
    "bootstrap_values/docker_registries/k8s.gcr.io/password": "registry-Pw-3*\n- a: b",
    "deploy_config/0/data/username": "bmc-User-4*",
    "deploy_config/0/data/password": "bmc-Pw-5*",
}
HEADER = "name,mode,net,oam,prefix,vlan,bmc,mtu,group,location,latitude,longitude"


def template(bootstrap: str = BOOTSTRAP, install: str = INSTALL, config: str = CONFIG) -> SiteTemplate:
    return read_template(bootstrap, install, config)


def line(number: int, **changed: str) -> str:
    """A row of the sheet without anything wrong."""
    cells = {
        "name": f"cell-{number:04}",
        "mode": "simplex",
        "net": f"172.{16 + number // 256}.{number % 256}",
        "oam": f"10.97.{number // 250}.{1 + number % 250}",
        "prefix": "24",
        "vlan": "",
        "bmc": f"10.64.{number // 250}.{1 + number % 250}",
        "mtu": "1500",
        "group": "West",
        "location": "Porto",
        "latitude": "41.15",
        "longitude": "-8.61",
    } | changed
    return ",".join(cells[column] for column in HEADER.split(","))


def rows(*lines: str) -> tuple[SiteRow, ...]:
    sheet = read_sheet("\n".join((HEADER, *lines)).encode(), columns_for(template()))
    assert sheet.problems == ()
    return sheet.rows
