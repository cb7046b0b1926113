"""Full-text search as the portal uses it: words and word beginnings, no language, punctuation separates."""

import re
from collections.abc import Sequence

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, GeneratedField

SEPARATORS = "=.-_/:,@()[]{}'\"#"
BLANKS = " " * len(SEPARATORS)
MOST_WORDS = 12
ADDRESS = re.compile(r"\d{1,3}(\.\d{0,3}){1,3}|\[?[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){1,7}\]?")  # or its beginning
CODE = str.maketrans(".:", "xz")


def search_column(*fields: str, addresses: Sequence[str] = ()) -> GeneratedField:
    """A stored tsvector over text columns that are never null. Kept by PostgreSQL itself, whoever writes the row.

    Each of `addresses` is one word of it, so that a beginning of an address is found, and only that.
    """
    codes = "".join(f" || ' ' || {coded(field)}" for field in addresses)
    words = f"translate(%(expressions)s, '{_sql(SEPARATORS)}', '{BLANKS}')"
    vector = Func(
        *[F(field) for field in fields],
        template=f"to_tsvector('simple'::regconfig, {words}{codes})",
        arg_joiner=" || ' ' || ",
        output_field=SearchVectorField(),
    )
    return GeneratedField(expression=vector, output_field=SearchVectorField(), db_persist=True)


def search_query(text: str) -> SearchQuery | None:
    """Every word of `text` must begin a word of the row. None where `text` holds no letter or digit.

    What looks like (the beginning of) an address may also begin one: "26.09" is a release, or any 26.09x.
    """
    terms = [term for part in text.split() if (term := _term(part))]
    if not terms:
        return None
    return SearchQuery(" & ".join(terms[:MOST_WORDS]), search_type="raw", config="simple")


def coded(sql: str) -> str:
    """SQL that makes addresses single words: their separators become letters. PostgreSQL would cut IPv6 to pieces."""
    return f"translate({sql}, '.:,/[]', 'xz    ')"


def _term(part: str) -> str:
    words = re.findall(r"\w+", part.translate(str.maketrans(SEPARATORS, BLANKS)).replace("_", " "))[:MOST_WORDS]
    said = " & ".join(f"'{word}':*" for word in words)
    if not words or not ADDRESS.fullmatch(part):
        return said
    return f"('{part.strip('[]').lower().translate(CODE)}':* | ({said}))"


def _sql(text: str) -> str:
    return text.replace("'", "''")
