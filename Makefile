# trun: the commands of the README. `make demo` and `make test` are all a newcomer needs.

CARGO ?= cargo
DEMO := fixtures/demo

.PHONY: demo test ready deps assets npm fmt-check lint docs stress bench clean

# A fresh machine to a green run: system packages, a release build, trun on the demo project.
demo: deps assets
	$(CARGO) build --release --locked -p trun
	cd $(DEMO) && ../../target/release/trun --parallel=4

# Everything the tests need, then all tests.
test: deps assets npm
	$(CARGO) test --workspace --locked

# What CI runs.
ready: deps assets npm fmt-check lint docs
	$(CARGO) test --workspace --locked

# The system's development packages of JavaScriptCore, OpenSSL and libffi.
deps:
	@scripts/system-packages.sh

# JavaScript packages that trun embeds (vm/js/dist), pinned in vm/assets/package-lock.json.
assets:
	@scripts/assets.sh

# npm packages that only tests need, pinned in tests/npm/package-lock.json.
npm:
	@scripts/npm-packages.sh

fmt-check:
	$(CARGO) fmt --all --check

lint: assets
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

docs: assets
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked

# The whole suite while the collector runs at every chance. Long: not part of CI.
stress: deps assets npm
	TRUN_GC_STRESS=20 $(CARGO) test --workspace --locked

clean:
	$(CARGO) clean
