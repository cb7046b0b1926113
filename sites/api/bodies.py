"""What is sent to REST: every key must be one that is read, or a mistyped one would change nothing and answer 200."""

import math
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers as s
from rest_framework.exceptions import ValidationError


class BodySerializer(s.Serializer[dict[str, object]]):
    """Refuses keys nobody reads, those of read-only fields among them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = [name for name, field in self.fields.items() if not field.read_only]
            if unknown := sorted({str(name) for name in data} - set(known)):
                said = f"There is no such field to set. Known: {', '.join(known)}."
                raise ValidationError({name[:64]: [said] for name in unknown[:10]})
        return super().to_internal_value(data)


LARGEST_ID = 2**63 - 1  # of a bigint


class IdField(s.IntegerField):
    """The id of a row; a number that no row can have is no id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class NamedField(s.DictField):
    """Values by name: at most `most` of them, whose names a row can hold. A blank at an end would name nothing."""

    def __init__(self, *, most: int, longest: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most
        self.name = s.CharField(max_length=longest, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            if len(data) > self.most:
                raise ValidationError(f"At most {self.most} of them.")
            for key in data:
                self._check(str(key))
        return super().to_internal_value(data)

    def _check(self, key: str) -> None:
        try:
            self.name.run_validation(key)
        except ValidationError as error:
            raise ValidationError({key[:64]: error.detail}) from None
        if key != key.strip():
            raise ValidationError({key[:64]: ["A name neither begins nor ends with a blank."]})


class NumberField(s.FloatField):
    """A number, which NaN is not: no limit holds it, and no JSON column takes it."""

    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            raise ValidationError("A valid number is required.")
        return number
