"""Play: ten points, the user against the network and the referee."""

from pages.frame import frame
from pages.play import opening, questions, result
from pages.state import session

frame.draw("Play")
game = session.current().play.game
if game is None:
    opening.draw()
elif game.is_over:
    result.draw(game)
else:
    questions.draw(game)
