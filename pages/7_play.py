"""Play: ten points, the user against the network and the referee."""

import streamlit as st

from pages.frame import frame
from pages.play import opening, questions, result
from pages.state import page_links, session

frame.draw("Play")
game = session.current().play.game
if (
    game is None
    and session.current().experiment.data is not None
    and session.current().play.challenge is None
):
    st.info("The game is about polynomials, and the set-up learns from points of your own.")
    page_links.draw(page_links.DATA, "Choose what to learn from", ":material/scatter_plot:")
elif game is None:
    opening.draw()
elif game.is_over:
    result.draw(game)
else:
    questions.draw(game)
