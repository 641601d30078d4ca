"""A server as launchers start it: by Streamlit's own function, which looks for no `st.App`."""

import sys

from streamlit.web import bootstrap

if __name__ == "__main__":
    page, *options = sys.argv[1:]
    settings = dict(option.removeprefix("--").split("=", 1) for option in options)
    bootstrap.load_config_options(settings)
    bootstrap.run(page, False, [], settings)
