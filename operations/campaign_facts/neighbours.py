"""Which sites cover for each other."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from sites.models import Neighbours


def around(ids: Collection[int]) -> dict[int, set[int]]:
    """{site: its neighbours}, of every pair that one of `ids` is in, read from both of its sides. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in Neighbours.objects.filter(Q(first__in=ids) | Q(second__in=ids)).values_list("first", "second"):
        found[one].add(other)
        found[other].add(one)
    return found
