# The binary finds the embedded engine through dlopen, so that even without cgo it is linked to glibc: alpine and
# distroless/static cannot start it. The engine itself is not in the image; ClickHouse runs beside it.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
# .git is part of the context: the binary's version is the commit it was built from.
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /funnelcloud ./cmd/funnelcloud

FROM debian:13.5-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin funnelcloud
COPY --from=build /funnelcloud /usr/local/bin/funnelcloud
USER 10001:10001
ENTRYPOINT ["funnelcloud"]
