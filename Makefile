# What a developer types. CI runs .ci/run, which uses the same commands.

GO ?= go
PYTHON ?= .venv/bin/python

.PHONY: check test race purego cross generate fixtures size bench bench-peers kill

check: ## formatting, vet, architecture, tests, the generic build
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	$(GO) test ./...
	$(GO) test -tags purego ./internal/kernel/... ./nn/ops/... ./nn/...

test:
	$(GO) test ./...

race: ## the packages that run things side by side
	$(GO) test -race ./internal/par ./pipeline ./augment ./nn ./nn/callbacks

purego: ## without assembly
	$(GO) test -tags purego ./...

cross: ## every platform that must build
	for p in linux/amd64 linux/arm64 darwin/arm64 windows/amd64 js/wasm; do \
		echo $$p; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build ./... || exit 1; done

generate: ## deletes generated files, makes them again, shows the difference
	grep -rlE '^// Code generated .* DO NOT EDIT' --include='*.go' --include='*.s' . | xargs rm -f
	$(GO) generate ./...
	git diff --exit-code

fixtures: ## makes the fixtures of real Keras again, compares them: half an hour; PYTHON=.venv/bin/python has testdata/tools/requirements.txt
	testdata/tools/all.sh $(PYTHON)

size: ## lines of each package, tests apart
	@for d in $$($(GO) list -f '{{.Dir}}' ./...); do \
		n=$$(ls $$d/*.go | grep -v _test.go | xargs grep -LE '^// Code generated' | xargs cat | wc -l); \
		m=$$(ls $$d/*_test.go 2>/dev/null | xargs cat 2>/dev/null | wc -l); \
		printf '%7d %7d  %s\n' $$n $$m $${d#$(CURDIR)/}; done | sort -rn

bench: ## Go benchmarks of kernels and training steps
	$(GO) test -run '^$$' -bench . -benchtime 300ms ./internal/kernel ./nn/...

bench-peers: ## against NumPy, PyTorch, TensorFlow, Gorgonia and GoMLX: 40 minutes; ARGS='-resume benchmarks/RESULTS.json' goes on, ARGS=-quick is short
	$(GO) run ./benchmarks $(ARGS)

kill: ## 1,000 kills of train, and a resume after every step: about an hour
	$(GO) test ./cmd/train -run TestKill -v -timeout 60m -args -kills 1000
	$(GO) test ./nn/checkpoint -run TestResumeAfterEveryStep -v -timeout 30m -args -long
