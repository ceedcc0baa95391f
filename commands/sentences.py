"""What the command line says of an error: a stable code and parameters in, one sentence out.

Vietnamese first, English beside it. A code that stands here nowhere is a defect (tests/commands/test_sentences.py).
"""

import os
from collections.abc import Mapping

LANGUAGE = "en" if os.environ.get("MOONSEAL_LANGUAGE") == "en" else "vi"  # settings.py gives its meaning

SENTENCES: dict[str, tuple[str, str]] = {
    "file_error": ("Không đọc hoặc ghi được tệp: {reason}.", "The file could not be read or written: {reason}."),
    "would_overwrite_input": (
        "Kết quả sẽ ghi đè lên tệp vào {path}: hãy chọn thư mục khác bằng --out.",
        "The result would overwrite the input {path}: choose another folder with --out.",
    ),
    "password_file_unreadable": (
        "Không đọc được tệp mật khẩu {path}.",
        "The password file {path} cannot be read.",
    ),
}


def sentence(code: str, parameters: Mapping[str, object]) -> str:
    """Return the sentence in the language of MOONSEAL_LANGUAGE."""
    vietnamese, english = SENTENCES[code]
    return (english if LANGUAGE == "en" else vietnamese).format_map(parameters)


def both(code: str, **parameters: object) -> str:
    """Return the sentence in both languages, for messages that are not part of an interface."""
    return " · ".join(text.format_map(parameters) for text in SENTENCES[code])
