# SPDX-FileCopyrightText: 2026 The Counterfoil authors
# SPDX-License-Identifier: Apache-2.0

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)"
TOOL    := go tool -modfile=$(CURDIR)/tools/go.mod
E2E     := COUNTERFOIL_BIN=$(CURDIR)/bin/counterfoil go test -count=1

# Arguments for `make run`, such as ARGS="--config counterfoil.yaml".
ARGS ?=
# Seconds for each fuzz target of `make fuzz`.
FUZZTIME ?= 10s

.PHONY: help build run deps test test-long test-looks test-faults race lint fmt fuzz bench bench-ledger bench-console clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## put the programs into bin/
	$(BUILD) -o bin/ ./cmd/...

run: build ## build and start with data in ./data; DEMO=1: on an invented organisation
	$(if $(DEMO),test -d .cache/demo || bin/counterfoil demo --data .cache/demo)
	bin/counterfoil run $(if $(DEMO),--data .cache/demo) $(ARGS)

deps: ## install what the tests need: Chromium, Node.js 22, the client libraries
	@tools/deps.sh

test: deps build ## run all tests, those with real clients and a browser included
	go test ./...
	cd e2e && $(E2E) -timeout 20m ./...
	cd oracles && go test ./...

test-long: deps build ## the tests that need patience: 20,000 streams, many kills
	cd e2e && $(E2E) -timeout 60m -run 'Streams|Kill' -args -long

test-looks: deps build ## judge every page of the console by axe: wide and narrow, light and dark
	cd e2e && $(E2E) -timeout 60m -run Accessible -v -args -long

test-faults: ## show that the ledger survives: 1,000 kills, failing disks, lost power, full disks, old copies
	go test -count=1 ./internal/durable/... ./internal/gap ./internal/backup
	go test -count=1 -timeout 60m -v ./internal/ledger -args -long | grep -vE '=== |--- (PASS|SKIP): TestStorms/'

race: deps build ## all unit tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race ./...

lint: ## vet, staticcheck and gofumpt, at the versions of tools/go.mod
	@for module in . e2e oracles; do (cd $$module; go vet ./...; $(TOOL) staticcheck ./...); done
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs $(TOOL) gofumpt -l); \
	if [ -n "$$unformatted" ]; then printf 'run make fmt for:\n%s\n' "$$unformatted"; exit 1; fi

fmt: ## format all Go files
	git ls-files -co --exclude-standard '*.go' | xargs $(TOOL) gofumpt -w

fuzz: ## run each fuzz target for FUZZTIME
	@go list ./... | while read -r package; do \
		{ go test -list '^Fuzz' "$$package" | grep '^Fuzz' || true; } | while read -r target; do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

bench: build ## compare with a direct call and a bare proxy
	go run ./bench $(ARGS)

bench-console: ## measure lists, records, past views and saves with 10,000 records a kind and 5 million interactions
	go test ./internal/console -run '^TestMeasure$$' -v -count=1 -timeout 0 -records 10000 $(ARGS)

bench-ledger: ## compare the ledger with a bare log, with Tessera and with hashing alone
	cd oracles && go run ./bench -dir ../.cache $(ARGS)

clean: ## remove what was built and cached
	rm -rf bin .cache e2e/clients/node_modules
