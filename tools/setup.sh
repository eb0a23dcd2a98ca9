#!/bin/sh
# Installs what the build lacks, at pinned versions, and says so; says nothing when all is there.
# `tools/setup.sh with-browser` also brings the browser that the tests drive.
set -eu
cd "$(dirname "$0")/.."

TRUNK=0.21.14
WASM_BINDGEN=0.2.130 # the same as the crate's in Cargo.toml: the two speak a private format
PATH="$PWD/.tools/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }
has_version() { "$1" --version 2>/dev/null | grep -qF " $2"; }

# A tool that is compiled here and used a few times: built quickly rather than to be quick.
install_crate() {
    say "installing $1 $2 into .tools/ (compiles for a few minutes, once)"
    crate=$1 version=$2
    shift 2
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install --quiet --root .tools "$crate" --version "$version" "$@"
}

if ! command -v cargo >/dev/null || ! command -v node >/dev/null; then
    say "Kubarium is built with Rust (by rustup) and Node.js 20 or later; please install them first"
    exit 1
fi

if ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
    say "adding Rust's wasm32-unknown-unknown target"
    rustup --quiet target add wasm32-unknown-unknown
fi
has_version trunk "$TRUNK" || install_crate trunk "$TRUNK" --locked
has_version wasm-bindgen "$WASM_BINDGEN" || install_crate wasm-bindgen-cli "$WASM_BINDGEN" # does not build with --locked

if ! cmp -s package-lock.json node_modules/.kubarium-installed; then
    say "installing the npm packages that package-lock.json pins"
    npm ci --silent --ignore-scripts
    cp package-lock.json node_modules/.kubarium-installed
fi

has_browsers() { command -v chromium && command -v chromedriver && command -v firefox-esr; } >/dev/null
if [ "${1:-}" = with-browser ] && ! has_browsers; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        say "installing chromium, its driver and Firefox for the browser tests"
        apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends firefox-esr >/dev/null || say "there is no firefox-esr here: nothing is tried in Firefox"
    elif command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
        say "without Firefox the browser tests are run in chromium only; on Debian: sudo apt-get install firefox-esr"
    else
        say "the browser tests need chromium and chromedriver, and use Firefox; on Debian: sudo apt-get install chromium chromium-driver firefox-esr"
        exit 1
    fi
fi
