# The base images. The pipeline pins both by their digests, which are in .ci/base-images/Dockerfile. For example:
# --build-arg RUNTIME_DIGEST=sha256:…
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG BUILD_DIGEST=
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot
ARG RUNTIME_DIGEST=

# JavaScript is the same for all processors. So the build runs once, on the builder's own processor, without emulation.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILD_IMAGE}${BUILD_DIGEST:+@${BUILD_DIGEST}} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# Deletes files that only people and compilers need, two thirds of what npm installs: source maps, types, documents, tests, other builds.
FROM packages AS modules
RUN npm ci --omit=dev --ignore-scripts \
 && find node_modules -depth -type d \( -name test -o -name tests -o -name benchmark -o -name benchmarks -o -name docs \
      -o -name examples -o -name esnext -o -name .github -o -name .bin \) -exec rm -rf {} + \
 && find node_modules -type f ! -iname 'licen[cs]e*' ! -iname 'notice*' \( -name '*.map' -o -name '*.ts' -o -name '*.mts' \
      -o -name '*.cts' -o -name '*.tsbuildinfo' -o -name '*.md' -o -name '*.yml' \) -delete \
 && find node_modules/swagger-ui-dist -type f ! -name package.json ! -name LICENSE ! -name NOTICE ! -name swagger-ui-bundle.js \
      ! -name swagger-ui.css -delete \
 && find node_modules/@fontsource-variable -type f ! -name package.json ! -name LICENSE ! -name wght.css \
      ! -name '*-wght-normal.woff2' -delete

FROM packages AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# Nothing in the image reads source maps or declarations.
RUN npm run build -- --sourceMap false --inlineSources false --declaration false

FROM ${RUNTIME_IMAGE}${RUNTIME_DIGEST:+@${RUNTIME_DIGEST}}
# node is in /nodejs/bin in distroless, and in /usr/local/bin in node:24-bookworm-slim.
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist dist
USER 1001:1001
EXPOSE 5000 9464
# A gateway makes many short-lived objects and keeps few, so a small young generation is enough (docs/adr/0028). The heap has to fit
# into the memory limit of the container. If you set NODE_OPTIONS, your value replaces both flags.
ENV NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size-percentage=60"
# With these settings, a freed piece of memory of 8 KiB or more, such as a body, goes back to the system at once (docs/adr/0052).
ENV MALLOC_MMAP_THRESHOLD_=8192 MALLOC_TOP_PAD_=16384
# --memory-saver-mode makes V8 return freed memory to the system (docs/adr/0052). NODE_OPTIONS does not accept this flag.
ENTRYPOINT ["node", "--memory-saver-mode", "/app/dist/main.js"]
CMD ["serve"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/app/dist/main.js", "health", "--ready"]

# These arguments come last, because they change with each build. The layers above can then be reused.
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
