"""The glossary: the terms of the dashboard, from docs/glossary.md."""

import re
from pathlib import Path

import streamlit as st

from pages.frame import frame
from pages.lessons import lessons
from pages.state import page_links

TERMS = Path(__file__).parents[1] / "docs" / "glossary.md"
LINK = re.compile(r"\[([^]]+)\]\([\w-]+\.md\)")  # to another document, which no server has
LINE_WIDTH = 760  # pixels: longer lines are hard to read

frame.draw("Glossary")
_, terms = TERMS.read_text(encoding="utf-8").split("\n", maxsplit=1)  # the page already has the title
with st.container(width=LINE_WIDTH):
    st.markdown(LINK.sub(r"\1", terms))
page_links.draw(page_links.HOME, f"Home, and {len(lessons.LESSONS)} short lessons", ":material/home:")
