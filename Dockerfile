# The dashboard as a public demo. docs/hosting.md explains how to run it; tests/hosting/ tests it without a container.

# The Python with which .github/workflows/tests.yml runs all tests
FROM python:3.13-slim AS build

WORKDIR /source
COPY deploy/build.lock deploy/
RUN pip install --no-cache-dir --require-hashes -r deploy/build.lock

# What the wheel is made of, each named, so that nothing else in the build folder gets into the image
COPY LICENSE README.md hatch_build.py pyproject.toml streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/
COPY docs/glossary.md docs/
COPY pages/ pages/
COPY polycore/ polycore/
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.13-slim

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY --from=build /wheels/ /wheels/
RUN pip install --no-cache-dir --no-deps --no-index /wheels/*.whl
COPY hosted.toml ./

# PYTHONDONTWRITEBYTECODE: the files belong to root and the server runs as another user, who can write only to /tmp
ENV HOME=/tmp \
    POLYCORE_LIMITS=hosted.toml \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
USER 10001
EXPOSE 8501

# While the server starts or ends, or if its workers cannot start, the answer is 503, for which urlopen raises an error
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --start-interval=2s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/live/health', timeout=4)"]

# It becomes the server, which Docker's signals then reach
CMD ["polycore", "dashboard"]
