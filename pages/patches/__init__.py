"""What replaces Streamlit's own behavior."""
