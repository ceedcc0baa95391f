"""The engine as it is where the second readers' models are absent; preloaded into a sandbox by ``bench/memory.py``."""

from ocr import second_reader

second_reader.loaded = lambda: None

from ocr import engine  # noqa: E402 - it loads them when it is imported

__all__ = ["engine"]
