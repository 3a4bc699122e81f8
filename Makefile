# trun: the commands of the README. `make demo` and `make test` are all a newcomer needs.

CARGO ?= cargo
DEMO := fixtures/demo

.PHONY: demo test ready deps npm pypi fmt-check lint docs stress soak-addons bench clean

# A fresh machine to a green run: system packages, a release build, trun on the demo project.
demo: deps
	$(CARGO) build --release --locked -p trun
	cd $(DEMO) && ../../target/release/trun --parallel=4

# Everything the tests need, then all tests.
test: deps npm pypi
	$(CARGO) test --workspace --locked

# What CI runs.
ready: deps npm pypi fmt-check lint docs
	$(CARGO) test --workspace --locked

# The system's development packages of JavaScriptCore, OpenSSL and libffi.
deps:
	@scripts/system-packages.sh

# npm packages that only tests need, pinned in tests/npm/package-lock.json.
npm:
	@scripts/npm-packages.sh

# Python packages that only tests need, pinned in tests/python/requirements.txt.
pypi:
	@scripts/python-packages.sh

fmt-check:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked

# Native addons and the realm swap, with full counts. Long: not part of CI.
soak-addons: deps npm
	$(CARGO) test --locked -p trun --test integration napi_swap -- --include-ignored

# The whole suite while the collector runs at every chance. Long: not part of CI.
stress: deps npm pypi
	TRUN_GC_STRESS=20 $(CARGO) test --workspace --locked

clean:
	$(CARGO) clean
