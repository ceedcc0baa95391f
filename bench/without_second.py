"""The engine as it is where the second readers' models are absent; preloaded into a sandbox by ``bench/memory.py``."""

import importlib

from ocr import second_reader

second_reader.loaded = lambda: None
importlib.import_module("ocr.engine")
