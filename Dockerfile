# An image that serves one agent: docker run -p 8000:8000 -v ontopilot:/data ontopilot AGENT
FROM python:3.11-slim-bookworm

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends build-essential default-jre-headless \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE CHANGELOG.md ./
COPY ontopilot ontopilot
COPY examples examples
ARG TORCH_INDEX=
RUN pip install --no-cache-dir ${TORCH_INDEX:+--extra-index-url $TORCH_INDEX} -c constraints.txt '.[postgres]' \
    && useradd --system --create-home ontopilot \
    && mkdir /data && chown ontopilot /data

USER ontopilot
ENV ONTOPILOT_HOME=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=120s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz')"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["ontopilot", "serve", "--host", "0.0.0.0"]
CMD ["examples/customer_service/agent.py:support"]
