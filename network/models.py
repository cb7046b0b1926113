"""NIC ports, the interfaces on them and the switch ports behind them, after sysinv; link state is derived."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hosts.models import Host
from network.choices import LinkEvidence, LinkState
from sites.models import Cloud


class Interface(models.Model):
    """sysinv's iinterface with its platform networks (roles) and data networks joined in."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="interfaces")
    host = models.ForeignKey(Host, models.CASCADE, related_name="interfaces")
    uuid = models.CharField(max_length=64)
    ifname = models.CharField(max_length=255)
    iftype = models.CharField(max_length=32, blank=True)
    ifclass = models.CharField(max_length=32, blank=True)
    mtu = models.IntegerField(null=True)
    vlan_id = models.IntegerField(null=True)
    aemode = models.CharField(max_length=32, blank=True)
    uses = ArrayField(models.CharField(max_length=255), default=list)
    used_by = ArrayField(models.CharField(max_length=255), default=list)
    roles = ArrayField(models.CharField(max_length=64), default=list)  # network types: oam, mgmt, cluster-host, …
    data_networks = ArrayField(models.CharField(max_length=255), default=list)
    sriov_numvfs = models.IntegerField(null=True)
    sriov_vf_driver = models.CharField(max_length=64, blank=True)
    max_tx_rate = models.IntegerField(null=True)
    ptp_role = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="interface_unique")]


class Port(models.Model):
    """sysinv's ethernet_port. `speed_mbps` is what sysinv says, also on a dead link: never shown as link state."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="ports")
    host = models.ForeignKey(Host, models.CASCADE, related_name="ports")
    interface = models.ForeignKey(Interface, models.SET_NULL, null=True, related_name="ports")
    uuid = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    pci_address = models.CharField(max_length=32, blank=True)
    vendor = models.CharField(max_length=255, blank=True)
    device = models.CharField(max_length=255, blank=True)
    driver = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=32, blank=True)
    mtu = models.IntegerField(null=True)
    speed_mbps = models.IntegerField(null=True)
    numa_node = models.IntegerField(null=True)
    dpdk_support = models.BooleanField(null=True)
    sriov_total_vfs = models.IntegerField(null=True)
    sriov_configured_vfs = models.IntegerField(null=True)
    sriov_vf_driver = models.CharField(max_length=64, blank=True)
    link_state = models.CharField(max_length=8, choices=LinkState, default=LinkState.UNKNOWN)
    link_evidence = models.CharField(max_length=16, choices=LinkEvidence, default=LinkEvidence.NONE)
    link_detail = models.CharField(max_length=255, blank=True)  # e.g. "alarm 100.106", "no series at the exporter"
    link_changed_at = models.DateTimeField(null=True)
    measured_up = models.BooleanField(null=True)  # exporter's last word; null: no exporter or never read
    neighbour_system = models.CharField(max_length=255, blank=True)  # LLDP: the switch
    neighbour_port = models.CharField(max_length=255, blank=True)
    neighbour_seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["cloud_id", "host_id", "name"]
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="port_unique")]
        indexes = [
            models.Index(fields=["link_state", "id"], name="port_by_link_state"),
        ]

    def __str__(self) -> str:
        return self.name
