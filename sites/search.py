"""Full-text search as the portal uses it: words and word beginnings, no language, punctuation separates."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, GeneratedField

SEPARATORS = "=.-_/:,@()[]{}'\"#"
BLANKS = " " * len(SEPARATORS)


def search_column(*fields: str) -> GeneratedField:
    """A stored tsvector over text columns that are never null. Kept by PostgreSQL itself, whoever writes the row."""
    vector = Func(
        *[F(field) for field in fields],
        template=f"to_tsvector('simple'::regconfig, translate(%(expressions)s, '{_sql(SEPARATORS)}', '{BLANKS}'))",
        arg_joiner=" || ' ' || ",
        output_field=SearchVectorField(),
    )
    return GeneratedField(expression=vector, output_field=SearchVectorField(), db_persist=True)


def search_query(text: str) -> SearchQuery | None:
    """Every word of `text` must begin a word of the row. None where `text` holds no letter or digit."""
    words = re.findall(r"\w+", text.translate(str.maketrans(SEPARATORS, BLANKS)).replace("_", " "))
    if not words:
        return None
    return SearchQuery(" & ".join(f"'{word}':*" for word in words[:12]), search_type="raw", config="simple")


def _sql(text: str) -> str:
    return text.replace("'", "''")
