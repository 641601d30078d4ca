"""The table of a finished game: each point with all answers, as HTML."""

from pages.game.game import POINTS, Game
from pages.plane import swatch
from polycore.formatting import percent

_STYLE = """<style>
.polycore-game { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.polycore-game th, .polycore-game td { padding: 0.3rem 0.35rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); }
.polycore-game th { font-weight: 600; }
.polycore-game img { width: 33px; height: 12px; vertical-align: middle; }
.polycore-game small { opacity: 0.75; }
@media (max-width: 640px) {
  .polycore-game th, .polycore-game td { padding: 0.3rem 0.15rem; }
  .polycore-game img { width: 22px; height: 8px; }
}
</style>"""


def html(game: Game) -> str:
    """Return the table of a finished game: a row for each point, wrong answers marked."""
    columns = ["lies on", "you", *(["network"] if game.network else []), "referee", "time"]
    head = '<th scope="col" aria-label="point">#</th>'
    head += "".join(f'<th scope="col">{name}</th>' for name in columns)
    rows = "".join(f"<tr>{_row(game, index)}</tr>" for index in range(POINTS))
    table = f'<table class="polycore-game"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    # on a narrow screen the table scrolls, with the keyboard too
    region = 'style="overflow-x: auto" tabindex="0" role="region" aria-label="All answers"'
    return f"{_STYLE}<div {region}>{table}</div>"


def _row(game: Game, index: int) -> str:
    label = game.labels[index]
    predictions = [game.network[index]] if game.network else []
    predictions.append(game.referee[index])
    cells = [_name(label), _name(game.answers[index]) + _mark(game.answers[index], label)]
    cells += [
        f"{_name(one.label)}{_mark(one.label, label)}<br><small>{percent(one.probability)}</small>"
        for one in predictions
    ]
    cells.append(f"{game.seconds[index]:.1f} s")
    return f'<th scope="row">{index + 1}</th>' + "".join(f"<td>{cell}</td>" for cell in cells)


def _name(label: int) -> str:
    return f"{swatch.image(label)} p{label}"


def _mark(answer: int, label: int) -> str:
    return "" if answer == label else ' <strong title="wrong">✗</strong>'
