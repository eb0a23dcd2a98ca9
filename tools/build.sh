#!/bin/sh
# Builds the page into dist/ (further arguments go to Trunk). What a visitor downloads is smaller by a tenth because std is compiled
# along, for size, and because a panic only stops: public/apology.js says so on the page. For both, rustc must be asked to take
# flags that it has not promised to keep; nothing else of the project uses them.
set -eu
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
export CARGO_UNSTABLE_BUILD_STD=std,panic_abort
export CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort --cfg erase_components"
exec trunk build "$@"
