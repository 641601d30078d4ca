# The dashboard as a Docker space: paste this as the Dockerfile of a new one. docs/hosting.md, "In one press", says how;
# tests/hosting/test_one_press.py tests it without a container.

# the Python of the Dockerfile
FROM python:3.13-slim

# Write the name of the repository's owner here, or your own if you have a fork
ARG REPOSITORY=OWNER/polycore
ADD https://github.com/$REPOSITORY/archive/HEAD.tar.gz /tmp/source.tar.gz
RUN mkdir /app && tar --extract --gzip --file /tmp/source.tar.gz --strip-components 1 --directory /app
WORKDIR /app
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

# The files belong to root, and the server runs as a space's user, who can write only to /tmp. 7860 is a space's port
ENV HOME=/tmp \
    POLYCORE_LIMITS=hosted.toml \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=7860
USER 1000
EXPOSE 7860
CMD ["streamlit", "run", "streamlit_app.py"]
