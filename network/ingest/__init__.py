"""What the fleet tells about NICs, written into rows; links are derived from it. The collector is the only caller."""

from network.ingest.derive import derive
from network.ingest.inventory import NetworkSnapshot, record
from network.ingest.measured import LinkSnapshot, doubt, record_links

__all__ = ["LinkSnapshot", "NetworkSnapshot", "derive", "doubt", "record", "record_links"]
