"""What the parts of every answer are made of: the same serializers write the answers and the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

SIDES = ("procore", "quickbooks")


class Shape(serializers.Serializer):  # type: ignore[misc]
    """Base of all shapes. They only write, so nothing of them is validated."""


class Money(serializers.DecimalField):  # type: ignore[misc]
    """An amount as text with two places: "1234.50". A JSON number would be a binary fraction to most readers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, coerce_to_string=True, **options)


def text(told: str = "", **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=told, **options)


def side(told: str = "") -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=SIDES, help_text=told)


def moment(told: str) -> serializers.DateTimeField:
    """A time in UTC, null where there is none."""
    return serializers.DateTimeField(allow_null=True, help_text=told)


def link(told: str) -> serializers.CharField:
    return serializers.CharField(help_text=f"{told} Empty where there is none.")


def page_of(shape: type[Shape], name: str) -> type[Shape]:
    """The shape of a page of rows."""
    told = "The address of the next page, null at the end."
    members = {
        "__doc__": "A page of a list.",
        "results": shape(many=True),
        "next": serializers.CharField(allow_null=True, help_text=told),
    }
    return type(name, (Shape,), members)


def list_of(shape: type[Shape], name: str) -> type[Shape]:
    """The shape of a list that is always whole."""
    return type(name, (Shape,), {"__doc__": "A whole list.", "results": shape(many=True)})
