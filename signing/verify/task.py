"""The verifier's task in the sandbox: one file in, its report out. The process that runs it dies afterwards."""

import logging
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from certs.anchors import Anchor, Store, TrustStores
from certs.certificate import Certificate
from sandbox.channel import Channel
from sandbox.values import Json
from signing.values import Verdict
from signing.verify.examination import examine
from signing.verify.json import packed
from signing.verify.opinion import Opinion, opinion_on
from signing.verify.verdict import with_second_opinion

logging.disable(logging.CRITICAL)  # the library's words quote the document; nobody may read them here


def verify(files: Mapping[str, BinaryIO], arguments: Json, _channel: Channel) -> Json:
    """Return ``{"report", "opinion"}`` for ``files["pdf"]``."""
    at = datetime.fromisoformat(arguments["at"])
    crls = [b64decode(one) for one in arguments["crls"]]
    report = examine(files["pdf"], _stores(arguments), crls, at)
    opinion = Opinion.NOT_ASKED
    if arguments["second_opinion"] and report.verdict is Verdict.PASSED:
        opinion = opinion_on(files["pdf"], report)
        if opinion is Opinion.DISAGREES:
            report = with_second_opinion(report, at)
    return {"report": packed(report), "opinion": opinion.value}


def _stores(arguments: Json) -> TrustStores:
    anchors = tuple(
        Anchor(
            Certificate(b64decode(one["der"])),
            Store(one["store"]),
            datetime.fromisoformat(one["from"]),
            datetime.fromisoformat(one["until"]),
        )
        for one in arguments["anchors"]
    )
    return TrustStores(anchors, tuple(Certificate(b64decode(one)) for one in arguments["intermediates"]))
