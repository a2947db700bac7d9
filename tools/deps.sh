#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Counterfoil authors
# SPDX-License-Identifier: Apache-2.0

# Installs what the tests need and what is not there yet: Chromium, OpenSSL and Python through the
# system's package manager, Node.js 22 and the client libraries through npm.
set -euo pipefail
cd "$(dirname "$0")/.."

node_version=22.23.3
node_dir=.cache/node

missing() {
	echo "make deps: $1" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		missing "needs root, or sudo, for: $*"
	fi
}

install_chromium() {
	for name in chromium chromium-browser google-chrome; do
		if command -v "$name" >/dev/null; then return; fi
	done
	command -v apt-get >/dev/null || missing "no Chromium found, and no apt-get to install it; please install Chromium"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
}

# OpenSSL is the second time-stamp authority of the tests.
install_openssl() {
	if command -v openssl >/dev/null; then return; fi
	command -v apt-get >/dev/null || missing "no openssl found, and no apt-get to install it; please install OpenSSL"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssl
}

# Python runs the second verifier.
install_python() {
	if command -v python3 >/dev/null; then return; fi
	command -v apt-get >/dev/null || missing "no python3 found, and no apt-get to install it; please install Python 3.9 or newer"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3
}

# The clients need Node.js 22 or newer; where the system has an older one, npm
# delivers one for the tests alone.
install_node() {
	command -v npm >/dev/null || missing "npm is missing; please install Node.js with npm"
	if [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 22 ]; then return; fi
	local system machine package
	system=$(uname -s | tr '[:upper:]' '[:lower:]')
	case "$(uname -m)" in
	x86_64) machine=x64 ;;
	aarch64 | arm64) machine=arm64 ;;
	*) missing "no Node.js 22 for $(uname -m) on npm; please install Node.js 22" ;;
	esac
	package=node-$system-$machine
	if [ -x "$node_dir/node_modules/$package/bin/node" ]; then return; fi
	npm install --silent --no-save --no-audit --no-fund --prefix "$node_dir" "$package@$node_version"
}

install_clients() {
	local stamp=e2e/clients/node_modules/.package-lock.json
	if [ "$stamp" -nt e2e/clients/package-lock.json ]; then return; fi
	npm ci --silent --no-audit --no-fund --ignore-scripts --prefix e2e/clients
	touch "$stamp"
}

install_chromium
install_openssl
install_python
install_node
install_clients
