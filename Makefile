# `make` lists what there is. Nothing here is needed to use funnelcloud: the two commands of the README do it all.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format generate bench fuzz ci

GOLANGCI_LINT := v2.5.0
FUZZ_SECONDS ?= 30

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Simulate a company, stream, compute, show who gets credit
	go run ./cmd/funnelcloud demo

test: ## Run the tests; the first run fetches the ClickHouse engine
	go test ./...

lint: ## Run golangci-lint, installed by go where it is missing
	@command -v golangci-lint >/dev/null || [ -x "$$(go env GOPATH)/bin/golangci-lint" ] || \
		go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	PATH="$$PATH:$$(go env GOPATH)/bin" golangci-lint run ./...

format: ## Format the Go files
	gofmt -w $$(git ls-files '*.go')

generate: ## Write what is generated: docs/{tables,metrics,cli}.md, the dashboards' JSON, the alert rules, the weights of likeness
	go test ./queries/warehouse -run Documented -update
	go test ./cmd/funnelcloud -run 'MetricsAreDocumented|CommandsAreDocumented' -update-metrics -update-cli
	go test ./dashboards -run AlertRules -update-alerts
	go test ./models/qualify -run LikenessTable -update-likeness
	go run ./cmd/funnelcloud dashboards

bench: ## Measure: one figure a line, also in bench/latest.json
	go run ./bench

fuzz: ## Fuzz each parser for FUZZ_SECONDS (30)
	@grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's|/[^/]*:func | |' | while read -r folder name; do \
		echo "$$folder $$name"; \
		go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZ_SECONDS)s "$$folder" </dev/null || exit 1; \
	done

ci: ## Run what CI runs
	bash .ci/run
