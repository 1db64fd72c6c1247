# syntax=docker/dockerfile:1
#
# The image of the program. Build it from the root of the project:
#   docker build --tag thv-registry-api \
#     --build-arg COMMIT="$(git rev-parse HEAD)" --build-arg BUILD_DATE="$(git log -1 --format=%cI)" .
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev
COPY . .
ARG COMMIT=unknown
ARG BUILD_DATE=unknown
ENV BUILD_COMMIT=${COMMIT} BUILD_DATE=${BUILD_DATE}
RUN npm run build
RUN --mount=type=cache,target=/root/.npm node scripts/image-tree.mjs /image/app

FROM ${BASE}
# git and ssh read sources with ssh addresses. npm and yarn are of no use here.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/* /opt/yarn-* /usr/local/lib/node_modules \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  # ssh wants its user to have a name. The operator mounts a password file of PostgreSQL into this home.
  && groupadd --gid 65532 appuser \
  && useradd --uid 65532 --gid 65532 --home-dir /home/appuser --create-home --shell /usr/sbin/nologin appuser \
  && install -d -o 65532 -g 65532 -m 0750 /data
COPY --from=build --link /image/app /app
RUN ln -s /app/dist/main.js /usr/local/bin/thv-registry-api

ARG VERSION=0.1.0
ARG COMMIT=unknown
ARG BUILD_DATE=unknown
LABEL org.opencontainers.image.title="thv-registry-api" \
  org.opencontainers.image.description="A registry for MCP servers, skills and plugins" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${COMMIT}" \
  org.opencontainers.image.created="${BUILD_DATE}" \
  org.cyclonedx.sbom.path="/app/sbom.cdx.json"

ENV NODE_ENV=production HOME=/home/appuser
# Here the default fileStorage.baseDir, ./data, is /data.
WORKDIR /
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve", "--config=/config/config.yaml"]
