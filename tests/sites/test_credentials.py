"""Sealed credentials open with the right key only."""

import pytest
from django.test import override_settings

from sites.credentials import CannotUnsealError, seal, unseal


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = seal("St4rlingX*")
    assert unseal(memoryview(sealed)) == "St4rlingX*"
    assert b"St4rlingX" not in sealed
    assert seal("St4rlingX*") != sealed


def test_another_key_does_not_open_it() -> None:
    sealed = seal("St4rlingX*")

    with override_settings(SEAL_KEY="another"), pytest.raises(CannotUnsealError) as caught:
        unseal(sealed)
    assert "St4rlingX" not in str(caught.value)
