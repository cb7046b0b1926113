"""The chain of a campaign as its page shows it: what comes before, this one, what comes behind."""

from dataclasses import dataclass

from operations.campaign_chain import THIS, Link, links
from operations.campaigns.chain import IN_WORDS
from operations.marks import OPERATION_MARKS
from operations.models import Campaign
from sites.access import Scopes


@dataclass(frozen=True, slots=True)
class ChainCell:
    """`kind`: of its strategy, in words."""

    link: Link
    mark: str
    kind: str

    @property
    def here(self) -> bool:
        return self.link.place == THIS


def chain_cells(scopes: Scopes, campaign: Campaign) -> list[ChainCell]:
    """[] where it stands alone."""
    words = {kind.value: word for kind, word in IN_WORDS.items()}
    return [
        ChainCell(link, OPERATION_MARKS[link.state], words.get(link.strategy, link.strategy))
        for link in links(scopes, campaign)
    ]
