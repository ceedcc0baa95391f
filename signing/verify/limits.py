"""What a stranger's file may cost; the sandbox has limits of its own round all of it."""

from pyhanko.pdf_utils.decode_limits import DecodeLimits

LARGEST_FILE_BYTES = 256 << 20
MOST_SIGNATURES = 50
MOST_CERTIFICATES = 60  # in one signature; three hundred cost more than a second (security.md 0.3)
MOST_PAGES_SEARCHED = 2000
HEAD_BYTES = 1024
DECODE_LIMITS = DecodeLimits()  # pyHanko's own for untrusted input: 256 MiB a stream
