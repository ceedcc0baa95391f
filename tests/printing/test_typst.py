"""The engine's one home: nothing from outside, warnings are errors, errors are ours."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from printing import DrawingFailed, GlyphMissing, TextDoesNotFit, ValueMissing
from printing.typst import Typst

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
TYPST = Typst(FONTS)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = """#set document(title: "Thử")
#set text(font: "Tinos", lang: "vi")
#let data = json(bytes(sys.inputs.data))
#data.name
#context [#metadata(here().position()) <mark>] #metadata(data.name) <mark>
"""


def test_a_text_template_gives_pdf_and_png_and_answers_questions():
    assert TYPST.compile_pdf(SOURCE, {"name": "Hoa"}, created_at=NOW).startswith(b"%PDF-1.7")
    (page,) = TYPST.compile_png(SOURCE, {"name": "Hoa"}, ppi=72)
    assert page.startswith(b"\x89PNG")
    place, name = TYPST.query_json(SOURCE, {"name": "Hoa"}, "mark")
    assert place["page"] == 1
    assert name == "Hoa"


def test_a_file_template_may_import_its_neighbour(tmp_path):
    (tmp_path / "common.typ").write_text('#let greeting = "Chào"')
    (tmp_path / "main.typ").write_text('#import "common.typ": *\n#set text(font: "Tinos")\n#greeting')
    assert TYPST.compile_png(tmp_path / "main.typ", {}, ppi=72)


@pytest.mark.parametrize("missing", ["Liberation Serif", "New Computer Modern", "DejaVu Sans"])
def test_fonts_of_the_system_and_of_the_engine_are_not_used(missing):
    with pytest.raises(DrawingFailed) as refusal:
        TYPST.compile_pdf(SOURCE.replace("Tinos", missing), {"name": "Hoa"}, created_at=NOW)
    assert refusal.value.code == "engine_warned"


def test_a_missing_glyph_is_said_for_png_too():
    with pytest.raises(GlyphMissing):
        TYPST.compile_png(SOURCE, {"name": "花"}, ppi=72)


@pytest.mark.parametrize(
    ("panic", "error"),
    [("text-does-not-fit:name", TextDoesNotFit), ("value-missing:name", ValueMissing)],
)
def test_what_a_template_says_of_a_field_arrives_with_its_name(panic, error):
    with pytest.raises(error) as refusal:
        TYPST.compile_pdf(f'{SOURCE}#panic("{panic}")', {"name": "Hoa"}, created_at=NOW)
    assert refusal.value.parameters == {"field": "name"}


def test_another_panic_never_repeats_a_persons_value():
    with pytest.raises(DrawingFailed) as refusal:
        TYPST.compile_pdf(f"{SOURCE}#panic(data.name)", {"name": "Hoa"}, created_at=NOW)
    assert "Hoa" not in str(refusal.value)


def test_a_template_that_is_wrong_or_absent_and_a_folder_without_fonts_are_ours_to_say(tmp_path):
    for source in ("#let", tmp_path / "absent.typ"):
        with pytest.raises(DrawingFailed):
            TYPST.compile_pdf(source, {}, created_at=NOW)
    with pytest.raises(DrawingFailed) as refusal:
        Typst(tmp_path)
    assert refusal.value.code == "fonts_missing"


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        TYPST.compile_pdf(SOURCE, {"name": "Hoa"}, created_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point
