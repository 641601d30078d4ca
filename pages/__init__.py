"""The dashboard: its pages, which Streamlit finds by their numbers, and a room for each subject.

Without this file, another package named `pages` would be imported in place of this folder, if one is
installed.
"""
