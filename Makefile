# trun: the commands of the README. `make demo` and `make test` are all a newcomer needs.

CARGO ?= cargo
DEMO := fixtures/demo

.PHONY: demo test ready deps assets npm pypi fmt-check lint docs stress soak-addons soak-ends soak-http http-bench clean ffi-stress ffi-check ffi-bench fuzz soak addon-packages addon-table soak-workers

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

# All native addons that are known to work, in tests/addons/package-lock.json: a gigabyte, so on demand.
addon-packages:
	@scripts/addon-packages.sh

# Each of them loaded and used under Node and under trun, as a table.
addon-table: deps assets addon-packages
	$(CARGO) build --locked -p trun
	scripts/addon-table.py --trun target/debug/trun

# Everything that is long: addons from npm, 60 files in random orders, own addons, workers and the realm swap with full counts, HTTP, mixes
# of fixtures.
soak: soak-addons soak-workers soak-http soak-ends addon-packages
	$(CARGO) test --locked -p trun --test integration addons:: -- --include-ignored

# Native addons and the realm swap, with full counts. Long: not part of CI.
soak-addons: deps assets npm
	$(CARGO) test --locked -p trun --test integration napi_swap -- --include-ignored

# Workers that end while theirs start, everywhere a thread can be, twelve rounds twenty times; a hundred swaps; a thousand workers.
soak-workers: deps assets npm
	$(CARGO) test --locked -p trun --test integration workers:: -- --include-ignored

# HTTP as often and as long as it was asked to work: 100,000 requests with aborts and stops, servers whose wrapper is collected under their
# connections 100 times on every way in, and again under constant collection. Minutes: not part of CI.
soak-http: deps assets
	$(CARGO) build --release --locked -p trun
	cd fixtures/http-soak && SOAK=100000 ../../target/release/trun
	cd fixtures/projects/http-lifetime && LIFETIME_ROUNDS=100 ../../../target/release/trun
	cd fixtures/projects/http-lifetime && LIFETIME_ROUNDS=100 TRUN_GC_STRESS=20 ../../../target/release/trun

# Requests per second beside bun and node, if they are on the PATH.
http-bench: deps assets
	$(CARGO) build --release --locked -p trun
	scripts/http-bench.py --trun target/release/trun

# The whole suite while the collector runs at every chance. Long: not part of CI.
stress: deps assets npm pypi
	TRUN_GC_STRESS=20 $(CARGO) test --workspace --locked

# 200 random mixes of fixtures in four workers, ten thousand files, and a hundred thousand tests in one. Long: not part of CI. MIX_SEED=N repeats one mix.
soak-ends: deps assets npm pypi
	$(CARGO) build --locked -p trun
	MIX_COUNT=$${MIX_COUNT:-$(if $(MIX_SEED),1,200)} $(CARGO) test --locked -p trun --test integration outside_mixes
	$(CARGO) test --locked -p trun --test integration hostile:: -- --ignored

# What trun reads from strangers (frames, messages, configurations), fed with anything by libFuzzer: FUZZ_SECONDS for each.
FUZZ_SECONDS ?= 1200
fuzz: deps assets
	scripts/fuzz.sh frames $(FUZZ_SECONDS)
	scripts/fuzz.sh run $(FUZZ_SECONDS)
	scripts/fuzz.sh config $(FUZZ_SECONDS)

# Native functions as often and as long as they were asked to work: 20,000 calls of 4 threads and closes under fire 50 times over, 20 times under constant collection, swaps under fire 50 times.
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
