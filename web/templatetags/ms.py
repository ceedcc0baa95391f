"""Filters that turn values into the words of the pages; the words themselves stand in ``web.words``."""

from datetime import datetime

from django import template
from django.utils import timezone

from web import words

register = template.Library()


@register.filter
def state_words(state: str) -> str:
    return str(words.STATES[state])


@register.filter
def state_look(state: str) -> str:
    return words.STATE_LOOKS[state]


@register.filter
def day(moment: datetime) -> str:
    return words.day_words(moment)


@register.filter
def moment(at: datetime) -> str:
    return words.moment_words(at)


@register.filter
def due(due_at: datetime) -> words.Due:
    return words.due_words(due_at, timezone.now())
