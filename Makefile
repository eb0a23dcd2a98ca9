# The four commands. Each installs what it lacks (tools/setup.sh says what it does) and is quick the second time.
export PATH := $(CURDIR)/.tools/bin:$(PATH)
PORT ?= 8080

.PHONY: serve build test bench tools test-tools

# Builds the release and serves it at http://127.0.0.1:8080/ (PORT= for another).
serve: build
	node tools/serve.mjs dist $(PORT)

# dist/: static files that work from any host and any sub-path.
build: tools
	@tools/build.sh

# Every test; the last line is "N passed, N failed".
test: test-tools
	node tools/test.mjs

# The figures of the README's performance table.
bench: test-tools build
	cargo bench --quiet
	node tools/bench.mjs

tools:
	@tools/setup.sh

test-tools:
	@tools/setup.sh with-browser
