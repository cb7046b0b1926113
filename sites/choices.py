"""Closed lists of words about controllers and clouds. StarlingX's own words are kept as they come: they are open lists,
so they are plain text columns and not choices (a value we do not know is shown as itself)."""

from django.db.models import IntegerChoices, TextChoices


class CloudKind(TextChoices):
    CENTRAL = "central", "System Controller"
    SUBCLOUD = "subcloud", "Subcloud"


class Severity(IntegerChoices):
    """Worst standing alarm of a cloud; ordered, so that max() is the worst. X.733 words.

    INDETERMINATE is "we do not know": nothing was ever read. CLEARED is "read, and nothing stands".
    """

    CLEARED = 0, "cleared"
    INDETERMINATE = 1, "indeterminate"
    WARNING = 2, "warning"
    MINOR = 3, "minor"
    MAJOR = 4, "major"
    CRITICAL = 5, "critical"


class Contact(TextChoices):
    """Whether the portal itself reached the cloud at its last try (not what dcmanager says of it)."""

    UNKNOWN = "unknown", "not tried yet"
    REACHABLE = "reachable", "reachable"
    UNREACHABLE = "unreachable", "unreachable"


class NicStatus(TextChoices):
    """What the links of a cloud's ports in use add up to. PARTLY: some are up, none is known to be down, and of the
    rest nobody knows; that is not OK, as the ports of SR-IOV are those that nothing watches."""

    UNKNOWN = "unknown", "unknown"
    NONE = "none", "no ports in use"
    OK = "ok", "all links up"
    PARTLY = "partly", "partly known"
    ERROR = "error", "link down"


class Badge(TextChoices):
    """The fused Ceph state worn on map and list; written by the upper app's ingest."""

    UNKNOWN = "unknown", "unknown"
    NONE = "none", "none"
    OK = "ok", "ok"
    WARN = "warn", "warning"
    ERROR = "error", "error"


class Facet(TextChoices):
    """What is observed separately, each with its own age. Period names point into settings.POLL_SECONDS."""

    SUBCLOUD = "subcloud", "dcmanager state"  # T0
    ALARM_COUNTS = "alarm_counts", "alarm counts"  # T0
    ALARMS = "alarms", "alarms"  # T1
    SYSTEM = "system", "system"  # T2: name, position, time zone
    HOSTS = "hosts", "hosts"  # T2
    PORTS = "ports", "ports and interfaces"  # T2
    STORAGE = "storage", "storage"  # T2
    SOFTWARE = "software", "software"  # T2/T3
    KUBERNETES = "kubernetes", "Kubernetes versions"  # T2
    HEALTH_QUERY = "health_query", "health query"  # T4: asked on demand
    CEPH_HEALTH = "ceph_health", "measured Ceph health"  # CephCluster CR
    NIC_LINKS = "nic_links", "measured link state"  # exporter
    VIM = "vim", "orchestration"  # T3: the VIM's own strategy


PERIOD_OF_FACET = {
    Facet.SUBCLOUD: "subclouds",
    Facet.ALARM_COUNTS: "alarm_counts",
    Facet.ALARMS: "alarms",
    Facet.SYSTEM: "inventory",
    Facet.HOSTS: "inventory",
    Facet.PORTS: "inventory",
    Facet.STORAGE: "inventory",
    Facet.SOFTWARE: "inventory",
    Facet.KUBERNETES: "inventory",
    Facet.HEALTH_QUERY: "inventory",  # nobody asks regularly: as old as what was read hourly, it is no news
    Facet.CEPH_HEALTH: "health",
    Facet.NIC_LINKS: "health",
    Facet.VIM: "open_page",
}
CENTRAL_PERIODS = {Facet.ALARMS: "central_alarms"}  # of central clouds, where it differs


class SpanField(TextChoices):
    """Columns of a cloud whose history is kept as spans."""

    AVAILABILITY = "availability", "availability"
    SYNC = "sync", "sync"
    DEPLOY = "deploy", "deploy"
    MANAGEMENT = "management", "management"
    SEVERITY = "severity", "severity"
    CEPH = "ceph", "Ceph"
    NIC = "nic", "NIC"
    CONTACT = "contact", "contact"


DCMANAGER_SPANS = {  # by column: what dcmanager tells
    "availability_status": SpanField.AVAILABILITY,
    "sync_status": SpanField.SYNC,
    "deploy_status": SpanField.DEPLOY,
    "management_state": SpanField.MANAGEMENT,
}


class Problem(TextChoices):
    """Why a service of a controller does not answer, as far as it makes a difference to what can be done about it."""

    CREDENTIALS = "credentials", "the credentials are refused"
    TLS = "tls", "the TLS connection fails"
    NOT_REACHED = "not_reached", "the host is not reached"
    MISSING = "missing", "the catalog does not offer it"
    OTHER = "other", "something else"


class Interface(TextChoices):
    PUBLIC = "public", "public (OAM)"
    INTERNAL = "internal", "internal (management)"
    ADMIN = "admin", "admin (management, TLS)"
