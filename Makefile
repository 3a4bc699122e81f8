# trun: the commands of the README. `make demo` and `make test` are all a newcomer needs.

CARGO ?= cargo
DEMO := fixtures/demo

.PHONY: demo test ready deps assets npm pypi fmt-check lint docs stress soak-addons soak-workers bench clean ffi-stress ffi-check ffi-bench

# A fresh machine to a green run: system packages, a release build, trun on the demo project.
demo: deps assets
	$(CARGO) build --release --locked -p trun
	cd $(DEMO) && ../../target/release/trun --parallel=4

# Everything the tests need, then all tests.
test: deps assets npm pypi
	$(CARGO) test --workspace --locked

# What CI runs.
ready: deps assets npm pypi fmt-check lint docs
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

# Python packages that only tests need, pinned in tests/python/requirements.txt.
pypi:
	@scripts/python-packages.sh

fmt-check:
	$(CARGO) fmt --all --check

lint: assets
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

docs: assets
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked

# Native addons and the realm swap, with full counts. Long: not part of CI.
soak-addons: deps assets npm
	$(CARGO) test --locked -p trun --test integration napi_swap -- --include-ignored

# Workers that end while theirs start, everywhere a thread can be, twelve rounds twenty times; a hundred swaps; a thousand workers.
soak-workers: deps assets npm
	$(CARGO) test --locked -p trun --test integration workers:: -- --include-ignored

# The whole suite while the collector runs at every chance. Long: not part of CI.
stress: deps assets npm pypi
	TRUN_GC_STRESS=20 $(CARGO) test --workspace --locked

# Native functions as often and as long as they were asked to work: 20,000 calls of 4 threads 20 times over, swaps under fire 50 times.
ffi-stress: deps assets
	FFI_SCALE=full $(CARGO) test --locked -p trun --test integration ffi::

# The suites of native functions under valgrind, then with their C code under gcc's sanitizers. Minutes: not part of CI.
ffi-check: deps assets
	$(CARGO) build --locked -p trun
	scripts/ffi-valgrind.sh target/debug/trun
	scripts/ffi-sanitize.sh target/debug/trun

# What one native call costs beside bun and node, if they are on the PATH.
ffi-bench: deps assets
	$(CARGO) build --release --locked -p trun
	scripts/ffi-bench.py --trun target/release/trun

clean:
	$(CARGO) clean
