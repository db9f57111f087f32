# syntax=docker/dockerfile:1

# Builds Koi with the Swift runtime inside the binary, so that the second stage needs no toolchain.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /koi
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product koi \
    && mkdir /out \
    && bin="$(swift build -c release --static-swift-stdlib --show-bin-path)" \
    && cp "$bin/koi" /out/ \
    && cp -R "$bin/koi_Koi.resources" /out/ \
    && strip /out/koi

# Debian's own SQLite and OpenSSL, which its security updates reach.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libgcc-s1 libsqlite3-0 libssl3 libstdc++6 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0700 -o 10001 -g 10001 /data
# The pages and migrations lie beside the binary, where it looks for them first.
COPY --from=build /out /usr/local/lib/koi
RUN ln -s /usr/local/lib/koi/koi /usr/local/bin/koi
USER 10001:10001
ENV KOI_DATA=/data \
    KOI_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/usr/local/lib/koi/koi", "health"]
ENTRYPOINT ["/usr/local/lib/koi/koi"]
CMD ["serve"]
