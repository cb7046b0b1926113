"""Words of fault management. FM's own words come as they are; these maps only order them."""

from sites.choices import Severity

SEVERITY_OF_WORD = {
    "critical": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "minor": Severity.MINOR,
    "warning": Severity.WARNING,
}
