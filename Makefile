.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
MAKEFLAGS += --no-print-directory

##@ Run

.PHONY: debug
debug: export DRAIN_MS ?= 0
debug: export LOG_LEVEL ?= debug
debug: install ## Run the API and the SHOUTCLOUD server it ships on port 5000 (PORT=… for another), reloading on change
	node --watch --watch-preserve-output src/main.ts serve --embedded-shoutcloud --readable-logs

.PHONY: smoke
smoke: install ## Check the contract of a running service: make smoke URL=https://…
	@test -n "$(URL)" || { echo 'make smoke needs an address: make smoke URL=http://localhost:5000' >&2; exit 2; }
	SMOKE_URL=$(URL) node --test test/contract/running-service.test.ts

##@ Check

.PHONY: test
test: lint ## Check everything there is: format, lint, types and all tests
	node --test --test-concurrency=4 --test-timeout=120000 'test/{unit,contract,http,system,browser,chart}/**/*.test.ts'
	node --test --test-timeout=300000 'test/chaos/*.test.ts'

.PHONY: lint
lint: install ## Check format, lint rules, types and the OpenAPI document
	biome ci --error-on-warnings
	tsc --project .
	tsc --project src/web/browser
	redocly lint --extends=recommended docs/openapi.json

.PHONY: test-chart
test-chart: install ## Check the Helm chart: its schema, good and bad values, every manifest it renders
	node scripts/helm.ts lint --strict deploy/chart
	node --test --test-concurrency=4 'test/chart/*.test.ts'

# kind: LOAD_IMAGE='kind load docker-image'; a registry: LOAD_IMAGE='docker push' DOCKER_IMAGE=registry.example/tuohs:test
LOAD_IMAGE ?= true

.PHONY: test-cluster
test-cluster: install build-docker ## Roll, break and scale the service under load on the cluster of KUBECONFIG (LOAD_IMAGE=… takes it the image)
	@test -n "$(KUBECONFIG)" || { echo 'make test-cluster needs a cluster: KUBECONFIG=…' >&2; exit 2; }
	$(LOAD_IMAGE) $(DOCKER_IMAGE)
	DOCKER_IMAGE=$(DOCKER_IMAGE) node test/cluster/run.ts

.PHONY: format
format: install ## Format the sources and apply safe lint fixes
	biome check --write

.PHONY: chaos
chaos: install ## Run the fault laboratory and print its table of figures (CHAOS='--only redis' for a part, --long for the long rows)
	node test/chaos/run.ts $(CHAOS)

##@ Maintain

.PHONY: install
install: node_modules/.package-lock.json ## Install the exact packages of package-lock.json, and Node 24 with them

# Named by its whole path, for the target package-lock.json is for people only.
node_modules/.package-lock.json: package.json $(CURDIR)/package-lock.json .npmrc
	npm ci
	@node_modules/.bin/node --version | grep -q '^v24\.' || { \
	  echo 'The package "node" brought no Node 24: allow its install script (npm config delete ignore-scripts) and run make install again.' >&2; \
	  rm -f $@; exit 1; }
	@touch $@

.PHONY: package-lock.json
package-lock.json: ## Write package-lock.json anew from package.json
	npm install --package-lock-only

.PHONY: docs
docs: install ## Write the generated pages of docs/ and .env.example anew
	node scripts/generate.ts

.PHONY: clean
clean: ## Remove what install and the tests made
	rm -rf node_modules dist coverage

.PHONY: help
help: ## List every target
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z_.-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
