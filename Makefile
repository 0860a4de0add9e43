# Millrace. Each target is one line that a person can read; the programs are in infra/local.
.DEFAULT_GOAL := demo
.PHONY: demo test up down logs lint bench bench-likeness bench-tabular bench-asksql fmt
# Where rustup puts cargo; a shell that was open before does not know it yet.
export PATH := $(HOME)/.cargo/bin:$(PATH)

demo:  ## Everything from nothing: installs what is missing, brings the stack up, makes one data set into out/
	infra/local/prepare && infra/local/run up && infra/local/run demo

up:    ## Builds, deploys and serves at http://localhost:8000; again, it redeploys only what changed
	infra/local/prepare && infra/local/run up

down:  ## Stops everything that `up` started
	infra/local/run down

logs:  ## Shows the logs of all functions and gathers them in .local/logs
	infra/local/run logs

test:  ## Unit and property tests, then contract and end-to-end tests on the local stack
	infra/local/prepare && infra/local/test

lint:  ## Formatting, clippy, documentation, dependencies, template
	infra/local/prepare && infra/local/lint

bench: ## Rows, seconds and memory of the engines, in release builds
	cargo bench --workspace

fmt:   ## Formats all Rust code
	cargo fmt --all

bench-tabular: ## File steps beside DuckDB and Polars: seconds and peak memory, on a generated CSV of 200 MB
	cargo build --release -p millrace
	"$$(infra/local/environment peers requirements-peers)/bin/python" benches/tabular.py "$${CARGO_TARGET_DIR:-target}/release/millrace"

bench-likeness: ## Tables like a given one beside SDV: seconds to learn and to make, and SDMetrics' scores of both
	cargo build --release -p millrace-likeness --example like
	"$$(infra/local/environment likeness requirements-likeness)/bin/python" benches/likeness.py "$${CARGO_TARGET_DIR:-target}/release/examples/like"

bench-asksql: ## English to SQL: right answers per tier, database and tag beside a name matcher, confidence, times
	cargo build --release -p millrace && cargo build --release -p millrace-asksql --example readings
	python3 benches/asksql.py "$${CARGO_TARGET_DIR:-target}/release/millrace" "$${CARGO_TARGET_DIR:-target}/release/examples/readings"
