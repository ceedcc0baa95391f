"""Every outgoing request goes through here: allowed hosts, resolved addresses, no redirects, caps."""

from egress.errors import AddressRefused, AnswerUnusable, EgressError

__all__ = ["AddressRefused", "AnswerUnusable", "EgressError"]
