# modelkin in a small image that needs no network and is not root. Build it in a clone, scan what you mount read-only:
#   docker build -t modelkin .
#   docker run --rm --network none -v "$PWD:/scan:ro" modelkin scan /scan
FROM python:3.12-slim AS build
COPY . /modelkin
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check '/modelkin[hub,sbom,graph]' \
 && /venv/bin/modelkin corpus unpack /opt/corpora

FROM python:3.12-slim
# git dates files of checkouts and fetches git+ sources; its version is that of the image's Debian release.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --no-install-recommends --yes git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 modelkin
COPY --from=build /venv /venv
COPY --from=build /opt/corpora /opt/corpora
USER 1000
WORKDIR /scan
ENV PATH=/venv/bin:$PATH MODELKIN_CORPORA_DIR=/opt/corpora
ENTRYPOINT ["modelkin"]
CMD ["--help"]
