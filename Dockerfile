# The dashboard as a public demo. docs/hosting.md tells how to run it; tests/hosting/ runs it without a container.

# The Python that requirements.lock was made with
FROM python:3.11-slim

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

# The files that a server reads, each named: nothing else of the folder in which the image is built gets into it
COPY hosted.toml LICENSE streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/
COPY docs/glossary.md docs/
COPY pages/ pages/
COPY polycore/ polycore/

# PYTHONDONTWRITEBYTECODE: the files belong to root, and the server, which does not, writes to /tmp alone
ENV HOME=/tmp \
    POLYCORE_LIMITS=hosted.toml \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
USER 10001
EXPOSE 8501

# As long as the server ends, or has not begun, the answer is 503, which urlopen raises
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --start-interval=2s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["streamlit", "run", "streamlit_app.py"]
