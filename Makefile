.DEFAULT_GOAL := help
# Where `make tools` installs programs that npm does not have. If their versions change, the name of the folder changes.
TOOLS := $(or $(XDG_CACHE_HOME),$(or $(HOME),/tmp)/.cache)/tuohs/tools-$(shell cat .ci/tools/* | cksum | cut -d' ' -f1)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH):$(TOOLS)/bin
MAKEFLAGS += --no-print-directory
VERSION = $(shell node -p 'require("./package.json").version')

##@ Run

.PHONY: debug
debug: export DRAIN_MS ?= 0
debug: export LOG_LEVEL ?= debug
debug: install ## Run the API on port 5000, with a SHOUTCLOUD server of its own, and restart it on changes (PORT=… for another port)
	@node scripts/debug.ts serve --embedded-shoutcloud

.PHONY: smoke
smoke: install ## Check the contract of a running service: make smoke URL=https://…
	@case "$(URL)" in http*://?*) ;; *) echo 'make smoke needs an address: make smoke URL=http://localhost:5000' >&2; exit 2 ;; esac
	@node src/main.ts health --url "$(URL)"
	SMOKE_URL="$(URL)" node --test test/contract/running-service.test.ts

##@ Image

# The whole name of the image: DOCKER_IMAGE=registry.example/team/tuohs:1.2.3
DOCKER_IMAGE ?= tuohs:local
DOCKER_BUILD_FLAGS ?=
# If docker has no bridge network, builds and containers use the network of the host.
DOCKER_NETWORK = $(shell docker network inspect bridge >/dev/null 2>&1 || echo --network host)

.PHONY: build-docker
build-docker: ## Build the container image (DOCKER_IMAGE=… is its whole name)
	docker build $(DOCKER_NETWORK) $(DOCKER_BUILD_FLAGS) --tag $(DOCKER_IMAGE) \
	  --build-arg VERSION=$(VERSION) \
	  --build-arg REVISION=$(shell git rev-parse HEAD) \
	  --build-arg CREATED=$(shell git show --no-patch --format=%cI HEAD) .

.PHONY: debug-docker
debug-docker: build-docker ## Build the image and run it as in production, with a SHOUTCLOUD server of its own, on port 5000
	docker run --rm --interactive $(DOCKER_NETWORK) --publish 5000:5000 --publish 127.0.0.1:9464:9464 \
	  --read-only --cap-drop ALL --security-opt no-new-privileges \
	  --env LOG_LEVEL=debug --env DRAIN_MS=0 $(DOCKER_IMAGE) serve --embedded-shoutcloud

.PHONY: push-docker
push-docker: build-docker ## Build the image and push it to the registry that DOCKER_IMAGE names
	docker push $(DOCKER_IMAGE)

.PHONY: test-docker
test-docker: install build-docker ## Build the image and check it: user, read-only root, drain, size (needs docker)
	DOCKER_IMAGE=$(DOCKER_IMAGE) $(NODE_TEST) 'test/docker/*.test.ts'

COMPOSE_OR_2 = docker compose version >/dev/null 2>&1 || { echo 'there is no docker compose: https://docs.docker.com/compose/install' >&2; exit 2; }

.PHONY: test-compose
test-compose: install ## Run compose.yaml: a string is answered, an outage is reported and resolved (needs docker compose)
	@$(COMPOSE_OR_2)
	@$(MAKE) build-docker
	node --test --test-timeout=600000 'test/compose/*.test.ts'

.PHONY: demo-outage
demo-outage: install ## Run compose.yaml 15 times faster, kill SHOUTCLOUD, and show the alert and its end (needs docker compose)
	@$(COMPOSE_OR_2)
	@$(MAKE) build-docker
	node scripts/monitoring/demo-outage.ts

##@ Deploy

# More arguments for helm: HELM_FLAGS='--set ingressRoute.enabled=true --set ingressRoute.host=…'
HELM_FLAGS ?=

.PHONY: deploy
deploy: install ## Build, push, upgrade the release on the cluster of KUBECONFIG, check it, roll back on failure (DOCKER_IMAGE, URL, HELM_FLAGS)
	@node scripts/delivery/deploy.ts --check --image "$(DOCKER_IMAGE)" --url "$(URL)" -- $(HELM_FLAGS)
	@$(MAKE) push-docker
	node scripts/delivery/deploy.ts --pushed --image "$(DOCKER_IMAGE)" --url "$(URL)" -- $(HELM_FLAGS)

.PHONY: provision-k8s
provision-k8s: install ## Install Traefik, metrics-server and tuohs on the cluster of KUBECONFIG (DOCKER_IMAGE, DOMAIN, ACME_EMAIL, HELM_FLAGS)
	node scripts/delivery/provision.ts --image "$(DOCKER_IMAGE)" --domain "$(DOMAIN)" --acme-email "$(ACME_EMAIL)" -- $(HELM_FLAGS)

.PHONY: release-files
release-files: install ## Package the chart and render plain manifests into release/, with the image that DOCKER_IMAGE names
	node scripts/delivery/release-files.ts "$(DOCKER_IMAGE)" release

##@ Check

# A test that hangs ends after this time. The time is long, so that no test fails on a busy machine.
NODE_TEST = node --test --test-concurrency=4 --test-timeout=1200000

# Keeps compiled code, because tests start about 400 processes, and most of them compile the same files.
test test-unit test-chart test-alerts: export NODE_COMPILE_CACHE := $(CURDIR)/node_modules/.cache/compiled

.PHONY: test
test: lint ## Check everything there is: format, lint, types and all tests
	$(NODE_TEST) 'test/{alerts,all,contract,delivery,monitoring,simulation,system}/**/*.test.ts'

.PHONY: test-unit
test-unit: install ## Run the fast tests: parts by themselves, without the service
	$(NODE_TEST) test/all/unit.test.ts

.PHONY: lint
lint: install ## Check format, lint rules, types, the OpenAPI document, shell, Dockerfile, workflows, YAML and the chart
	biome ci --error-on-warnings
	tsc --project .
	tsc --project src/web/browser
	tsc --project src/client
	redocly lint --extends=recommended docs/openapi.json
	.ci/lint
	@$(MAKE) lint-chart

.PHONY: lint-chart
lint-chart: install ## Check the Helm chart with helm lint
	node scripts/helm.ts lint --strict --quiet deploy/chart

.PHONY: test-chart
test-chart: install ## Check the Helm chart: its schema, good and bad values, every manifest it renders
	node scripts/helm.ts lint --strict deploy/chart
	$(NODE_TEST) test/all/chart.test.ts

# To save time, all durations in the alerting rules and in Alertmanager's settings are divided by this number.
FASTER ?= 15

.PHONY: test-alerts
test-alerts: install ## Kill SHOUTCLOUD, the service and Redis, and check that a real Alertmanager reports each (needs prometheus and alertmanager)
	@test "$(FASTER)" -gt 0 2>/dev/null || { echo 'FASTER must be a whole number above 0' >&2; exit 2; }
	FASTER=$(FASTER) $(NODE_TEST) 'test/alerts/*.test.ts'

# The command that copies the image to the cluster: LOAD_IMAGE='kind load docker-image', or LOAD_IMAGE='docker push' DOCKER_IMAGE=registry.example/tuohs:test
LOAD_IMAGE ?= true
# More values of the chart: VALUES=config.cacheTtlDays=7
VALUES ?=
# The address of Traefik's entry point "web". If it is set, all requests go through Traefik: INGRESS_URL=http://127.0.0.1:8000
INGRESS_URL ?=

.PHONY: test-cluster
test-cluster: install ## Roll, break and scale the service under load on the cluster of KUBECONFIG (LOAD_IMAGE=… copies the image there)
	@test -n "$(KUBECONFIG)" || { echo 'make test-cluster needs a cluster: KUBECONFIG=…' >&2; exit 2; }
	@DOCKER_IMAGE=$(DOCKER_IMAGE) VALUES=$(VALUES) INGRESS_URL=$(INGRESS_URL) node test/cluster/run.ts --check
	@$(MAKE) build-docker
	$(LOAD_IMAGE) $(DOCKER_IMAGE)
	DOCKER_IMAGE=$(DOCKER_IMAGE) VALUES=$(VALUES) INGRESS_URL=$(INGRESS_URL) node test/cluster/run.ts

.PHONY: test-cluster-values
test-cluster-values: install ## Check that the API server of KUBECONFIG accepts what the chart renders, and every upgrade between sets of values
	@test -n "$(KUBECONFIG)" || { echo 'make test-cluster-values needs a cluster: KUBECONFIG=…' >&2; exit 2; }
	node --test --test-concurrency=1 --test-timeout=1800000 'test/cluster/*.test.ts'

.PHONY: format
format: install ## Format the sources and apply safe lint fixes
	biome check --write

# SEEDS=10000 does more runs. SEED=7 does one run. TEETH=1 removes one protection in each run, to show that the checks notice it.
SEEDS ?= 1000

.PHONY: simulate
simulate: install ## Run the layers on a virtual clock through random faults, and print what that covered (SEEDS=…, SEED=…, TEETH=1)
	node test/simulation/run.ts $(if $(TEETH),--teeth) $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

# The file to change: FILE=src/upstream/gated-shouter.ts
.PHONY: mutate
mutate: install ## Change one file in small ways, one at a time, and print the changes that no test of it notices (FILE=src/…)
	@test -f "$(FILE)" || { echo 'make mutate needs a file: make mutate FILE=src/upstream/gated-shouter.ts' >&2; exit 2; }
	node scripts/mutate/run.ts "$(FILE)"

.PHONY: chaos
chaos: install ## Run the fault laboratory and print its table of figures (CHAOS='--only redis' for a part, --long for the long rows)
	npm run --silent build
	node test/chaos/run.ts $(CHAOS)

.PHONY: bench
bench: install ## Compare speed and memory with plain programs and print a table (BENCH='--only known --rounds 7' for a part)
	npm run --silent build
	node bench/run.ts $(BENCH)

##@ Maintain

.PHONY: install
install: node_modules/.package-lock.json ## Install the exact packages of package-lock.json, and Node 24 with them

# The lock file has its whole path here, because `package-lock.json` is also the name of a target below.
empty :=
space := $(empty) $(empty)

node_modules/.package-lock.json: package.json $(subst $(space),\ ,$(CURDIR))/package-lock.json .npmrc
	npm ci --loglevel=error
	@node_modules/.bin/node --version | grep -q '^v24\.' || { \
	  echo 'The package "node" brought no Node 24: allow its install script (npm config delete ignore-scripts) and run make install again.' >&2; \
	  rm -f $@; exit 1; }
	@touch $@

.PHONY: tools
tools: ## Install checkers, and other runtimes of JavaScript for tests, into the cache folder (needs Python, Go and npm)
	.ci/tools/install $(TOOLS)

.PHONY: package-lock.json
package-lock.json: ## Write package-lock.json again from package.json
	npm install --package-lock-only
	@# npm has also written the new versions to this file, although it did not install them. Without this file, make install installs them.
	@rm -f node_modules/.package-lock.json

.PHONY: docs
docs: install ## Write the generated files: pages of docs/, .env.example, the chart's README and version
	node scripts/generate.ts

.PHONY: clean
clean: ## Remove what install and the tests made
	rm -rf node_modules dist coverage release

.PHONY: help
help: ## List every target
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z0-9_.-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
