# An image with the program: docker build -t tranche .
# For a job's own image copy the package into it in the same way: COPY --from=tranche /opt/tranche.deb /tmp/
FROM debian:12-slim AS build
WORKDIR /src
# The compiler and libraries are a layer of their own, which a change of the sources leaves alone.
COPY bootstrap.sh ./
# Whatever version this Debian has:
# hadolint ignore=DL3008
RUN ./bootstrap.sh --packages-only \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dpkg-dev file
COPY . ./
RUN ./bootstrap.sh --no-packages \
  && cpack -G DEB --config build/CPackConfig.cmake -B /packages \
  && mv /packages/tranche_*.deb /packages/tranche.deb

FROM debian:12-slim
COPY --from=build /packages/tranche.deb /opt/tranche.deb
# The package names the libraries that it needs.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /opt/tranche.deb \
  && rm -rf /var/lib/apt/lists/*
# A number, so that Kubernetes can see that it is not root; the templates use the same.
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["tranche"]
