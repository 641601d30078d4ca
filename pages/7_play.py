"""Play: ten points, you against the network and the referee."""

from pages.parts import frame, game_result, game_start, game_view, session

frame.draw("Play")
game = session.current().game
if game is None:
    game_start.draw()
elif game.is_over:
    game_result.draw(game)
else:
    game_view.draw(game)
