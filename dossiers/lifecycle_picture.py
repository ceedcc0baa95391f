"""Draws docs/lifecycle.svg from ``STEPS``: ``python -m dossiers.lifecycle_picture``. A test fails when it is stale."""

from html import escape
from pathlib import Path

from dossiers.lifecycle import STEPS, State, Step
from dossiers.people import Role

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "lifecycle.svg"
STATES = list(State)
ROW_PX, BOX_WIDTH_PX, BOX_HEIGHT_PX, LEFT_PX, TOP_PX = 84, 150, 40, 330, 30
LANE_PX = 34
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1080 {height}" role="img">
<title>The life of a dossier</title>
<style>rect{{fill:#eef4fb;stroke:#1d70b8}}path{{fill:none;stroke:#505a5f}}
text{{font:12px sans-serif;fill:#0b0c0c;paint-order:stroke;stroke:#fff;stroke-width:4px}}
.state{{font:bold 15px sans-serif;text-anchor:middle;stroke:none}}</style>
<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="1" refY="4" orient="auto">
<path d="M0 0L8 4L0 8z" style="fill:#505a5f"/></marker></defs>
<rect width="1080" height="{height}" style="fill:#fff;stroke:none"/>"""


def svg() -> str:
    """Return the picture: the states in their order, an arrow for each step with who may take it."""
    arrows, texts = [], []
    lanes = {True: 0, False: 0}
    for (state, step), (roles, target) in STEPS.items():
        if STATES.index(target) == STATES.index(state) + 1:
            arrow, text = _straight(state, target, _label(step, roles))
        else:
            is_down = STATES.index(target) > STATES.index(state)
            lanes[is_down] += 1
            arrow, text = _round(state, target, _label(step, roles), lanes[is_down])
        arrows.append(arrow)
        texts.append(text)
    height = 2 * TOP_PX + ROW_PX * len(STATES)
    return "\n".join([HEAD.format(height=height), *arrows, *texts, *(_box(state) for state in STATES), "</svg>"]) + "\n"


def _label(step: Step, roles: frozenset[Role]) -> str:
    return escape(f"{step.value} ({', '.join(sorted(roles))})")


def _middle(state: State) -> float:
    return TOP_PX + ROW_PX * STATES.index(state) + BOX_HEIGHT_PX / 2


def _straight(state: State, target: State, text: str) -> tuple[str, str]:
    x, y0, y1 = LEFT_PX + BOX_WIDTH_PX / 2, _middle(state) + BOX_HEIGHT_PX / 2, _middle(target) - BOX_HEIGHT_PX / 2
    return (
        f'<path d="M{x} {y0}V{y1 - 8}" marker-end="url(#tip)"/>',
        f'<text x="{x + 8}" y="{(y0 + y1) / 2 + 4}">{text}</text>',
    )


def _round(state: State, target: State, text: str, lane: int) -> tuple[str, str]:
    """Down at the right, back up at the left, each in a lane of its own; the label a line lower in every lane."""
    is_down = STATES.index(target) > STATES.index(state)
    side = 1 if is_down else -1
    edge = LEFT_PX + (BOX_WIDTH_PX if is_down else 0)
    far = edge + side * ((120 if is_down else 20) + LANE_PX * lane)
    y0, y1 = _middle(state) + side * 8, _middle(target) - side * 8
    y = y0 + 18 * lane if is_down else y0 - 10
    return (
        f'<path d="M{edge} {y0}H{far}V{y1}H{edge + side * 8}" marker-end="url(#tip)"/>',
        f'<text x="{far + side * 4}" y="{y}" text-anchor="{"start" if is_down else "end"}">{text}</text>',
    )


def _box(state: State) -> str:
    y = _middle(state)
    return (
        f'<rect x="{LEFT_PX}" y="{y - BOX_HEIGHT_PX / 2}" width="{BOX_WIDTH_PX}" height="{BOX_HEIGHT_PX}" rx="6"/>'
        f'<text class="state" x="{LEFT_PX + BOX_WIDTH_PX / 2}" y="{y + 5}">{state.value}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
