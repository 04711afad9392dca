# Where the bases come from. To pin one, give its digest: --build-arg RUNTIME_DIGEST=sha256:…
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG BUILD_DIGEST=
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot
ARG RUNTIME_DIGEST=

# What is built is JavaScript for any processor: it is built once, on the builder's own, and nothing is emulated.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILD_IMAGE}${BUILD_DIGEST:+@${BUILD_DIGEST}} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM packages AS modules
RUN npm ci --omit=dev --ignore-scripts

FROM packages AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# Source maps and declarations are for those who import the package, which nobody does in here.
RUN npm run build -- --sourceMap false --inlineSources false --declaration false

FROM ${RUNTIME_IMAGE}${RUNTIME_DIGEST:+@${RUNTIME_DIGEST}}
# Where node is: /nodejs/bin in distroless, /usr/local/bin in node:24-bookworm-slim.
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist dist
USER 1001:1001
EXPOSE 5000 9464
# A gateway makes many short-lived objects and keeps few (docs/adr/0028). Documented flags; an own NODE_OPTIONS replaces them.
ENV NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size=256"
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/app/dist/main.js", "health"]

# Last, for they change with each build and the layers above do not.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="tuohs" \
      org.opencontainers.image.description="Reverses and shouts a string: a dependable gateway in front of SHOUTCLOUD" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"
