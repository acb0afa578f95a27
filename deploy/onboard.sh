#!/usr/bin/env bash
# Takes a bare Debian host into a Montana mesh: from a local release bundle to a node that cements.
#
#   sudo bash onboard.sh --bundle montana-VERSION-linux-ARCH.tar --manifest FILE --operators FILE --genesis FILE --label NAME
#
# Nothing of the bundle is run or installed before its signature has been verified; until then this script writes to one
# private folder only, which it removes. Everything below is a function and the file ends with the one line that calls
# them: a copy that was cut anywhere is a syntax error and does nothing. `--help` lists the options.
set -Eeuo pipefail
shopt -s inherit_errexit

readonly BAD_CONFIG=78 USAGE=2
readonly MAX_BUNDLE_BYTES=1073741824
readonly VALUES='bundle manifest operators genesis label listen address mnemonic-out restore-from source root services'
readonly SWITCHES='dry-run yes require-synced request-only uninstall adopt open-mesh'

# What a release fills in: its ML-DSA-65 public key in hex, the SHA-256 of the runtimes that may run the verifier, and the
# verifier itself, which needs nothing but such a runtime.
RELEASE_KEY='' RUNTIMES=''
#@RELEASE_KEY@
#@RUNTIMES@
#@VERIFIER@

usage() {
  cat <<'MONTANA_USAGE'
usage: onboard.sh [options]

  --bundle FILE|URL      release bundle; default: the one beside this script
  --manifest FILE|URL    signed manifest of the mesh
  --operators FILE       trust root of the mesh: whose signatures count
  --genesis FILE         genesis document of the mesh
  --label NAME           name of this node; default: the host name
  --listen ADDR          default: /ip4/0.0.0.0/tcp/8444
  --address ADDR         where the others dial it; default: --listen, or the first address of this host
  --source FILE|URL      where the manifest is looked for later; may be given twice
  --mnemonic-out FILE    new file (mode 0600) for the 24 recovery words; default: the terminal
  --restore-from FILE    file with the 24 words of an identity that exists; - reads standard input
  --open-mesh            also accept nodes that the manifest does not name
  --request-only         stop once the identity and its join request are made
  --require-synced       fail unless the node is synced when time is over
  --dry-run              say what would be done, change nothing
  --yes                  do not ask
  --adopt                take over what another installation left
  --uninstall            remove everything but a backup (montana uninstall)
  --root DIR             treat DIR as the root of the host
  --services KIND        systemd | process | none

Each is also read from the environment: MONTANA_BUNDLE, MONTANA_DRY_RUN=true and so on. Secrets have no option: they
go through files and the terminal only. Exit codes: 0 done, 1 failed, 2 usage, 78 refused before any change.
MONTANA_USAGE
}

# fail CODE MESSAGE REMEDY
fail() {
  printf 'error: %s; %s\n' "$2" "$3" >&2
  exit "$1"
}

refuse() {
  fail "$BAD_CONFIG" "$1" "${2:-get the bundle and this script again; nothing was installed}"
}

contains() { [[ " $1 " == *" $2 "* ]]; }

now_ms() {
  local micros=${EPOCHREALTIME/[.,]/}
  printf '%s' "$((micros / 1000))"
}

seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' "$((ms / 1000))" "$((ms % 1000 / 100))"
}

# OPTIONS holds what flags and environment say; SOURCES what --source says, as often as it does.
declare -A OPTIONS=()
SOURCES=()

variable_of() {
  local name=${1//-/_}
  printf 'MONTANA_%s' "${name^^}"
}

read_environment() {
  local name variable
  for name in $VALUES $SWITCHES; do
    variable=$(variable_of "$name")
    [[ -n ${!variable:-} ]] && set_option "$name" "${!variable}" "$variable"
  done
  return 0
}

# set_option NAME VALUE ORIGIN
set_option() {
  if contains "$SWITCHES" "$1"; then
    case $2 in
    true | 1 | yes) OPTIONS[$1]=true ;;
    false | 0 | no) unset "OPTIONS[$1]" ;;
    *) refuse "$3 is '$2'" 'write true or false' ;;
    esac
  elif [[ $1 == source ]]; then
    SOURCES+=("$2")
  else
    OPTIONS[$1]=$2
  fi
}

read_flags() {
  local name
  while (($#)); do
    [[ $1 == -h || $1 == --help ]] && usage && exit 0
    name=${1#--}
    if [[ $1 == --* ]] && contains "$SWITCHES" "$name"; then
      set_option "$name" true "$1"
      shift
    elif [[ $1 == --* ]] && contains "$VALUES" "$name"; then
      (($# > 1)) && [[ -n $2 ]] || fail "$USAGE" "$1 needs a value" 'see --help'
      set_option "$name" "$2" "$1"
      shift 2
    else
      fail "$USAGE" "unknown option '$1'" 'see --help'
    fi
  done
}

check_host() {
  [[ $(uname -s) == Linux ]] || refuse "this is $(uname -s)" 'use Debian 12 or 13'
  [[ -n ${OPTIONS[root]:-} || $(id -u) == 0 ]] || refuse 'this needs root' 'run it with sudo'
  local tool
  for tool in tar gzip sha256sum mktemp env stat; do
    command -v "$tool" >/dev/null || refuse "$tool is missing" "install it with apt-get"
  done
  [[ -n $RELEASE_KEY ]] || refuse 'this is the template of the script, without a release key' \
    'run the onboard.sh that lies beside a release bundle'
}

architecture() {
  case $(uname -m) in
  x86_64) printf x64 ;;
  aarch64) printf arm64 ;;
  *) refuse "there is no release for $(uname -m)" 'use x86-64 or arm64' ;;
  esac
}

# The bundle beside this script, where there is exactly one.
bundle_beside() {
  local found
  shopt -s nullglob
  found=("$(dirname -- "${BASH_SOURCE[0]:-.}")"/montana-*-linux-"$(architecture)".tar)
  shopt -u nullglob
  ((${#found[@]} == 1)) || refuse "no --bundle was given and ${#found[@]} lie beside this script" 'name one'
  printf '%s' "${found[0]}"
}

# Transport is not trusted: what comes is verified. A minimal Debian has none of the first two, and only the first knows of
# limits, so each runs under one of the shell, in KiB.
download() (
  ulimit -f "$((MAX_BUNDLE_BYTES / 1024))"
  if command -v curl >/dev/null; then
    curl -fsSL --max-time 600 --max-filesize "$MAX_BUNDLE_BYTES" -o "$2" -- "$1"
  elif command -v wget >/dev/null; then
    wget -q -O "$2" -- "$1"
  elif [[ -x /usr/lib/apt/apt-helper ]]; then
    /usr/lib/apt/apt-helper -q download-file "$1" "$2" >/dev/null
  else
    exit 1
  fi
)

# find_bundle WORK: prints the path of the bundle on this host.
find_bundle() {
  local bundle=${OPTIONS[bundle]:-}
  [[ -n $bundle ]] || bundle=$(bundle_beside)
  if [[ $bundle == http://* || $bundle == https://* ]]; then
    download "$bundle" "$1/bundle.tar" || refuse "$bundle cannot be fetched" 'fetch it by other means and name the file'
    bundle=$1/bundle.tar
  fi
  [[ -f $bundle && -r $bundle ]] || refuse "bundle $bundle is not a file that can be read" 'name it with --bundle'
  (($(stat -Lc %s -- "$bundle") <= MAX_BUNDLE_BYTES)) || refuse "bundle $bundle is too large"
  printf '%s' "$bundle"
}

# unpack_runtime BUNDLE WORK: only a runtime whose hash stands in this script.
unpack_runtime() {
  local sum
  (ulimit -f "$((MAX_BUNDLE_BYTES / 1024))" && tar -xOf "$1" runtime.tar.gz) >"$2/runtime.tar.gz" 2>/dev/null || refuse "$1 is not a release bundle"
  sum=$(sha256sum <"$2/runtime.tar.gz")
  sum=${sum%% *}
  contains "$RUNTIMES" "linux-$(architecture)=$sum" ||
    refuse "the runtime of this bundle (SHA-256 $sum) is none that this script knows"
  tar -xzf "$2/runtime.tar.gz" -C "$2/release" --no-same-owner || refuse 'the runtime cannot be unpacked' 'make room in TMPDIR'
}

# run_clean PROGRAM ARGUMENT…: no setting of the caller reaches it, neither ours nor the runtime's.
run_clean() {
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    TERM="${TERM:-dumb}" ${NO_COLOR:+NO_COLOR="$NO_COLOR"} "$@"
}

# verify WORK: leaves WORK/release (app, runtime, bin, RELEASE.json), or nothing but an error. The verifier itself writes
# the members that it has proven, so that the bundle cannot be changed in between.
verify() {
  local bundle said
  bundle=$(find_bundle "$1")
  mkdir "$1/members" "$1/release"
  unpack_runtime "$bundle" "$1"
  verifier_text >"$1/verifier.mjs"
  printf '%s\n' "$RELEASE_KEY" >"$1/release.pub"
  said=$(run_clean "$1/release/runtime/bin/node" "$1/verifier.mjs" "$bundle" "$1/release.pub" "$1/members" 2>&1) ||
    refuse "${said:-the verifier cannot run}" 'get the bundle again; if TMPDIR is mounted noexec, set another; nothing was installed'
  tar -xzf "$1/members/app.tar.gz" -C "$1/release" --no-same-owner || refuse 'the product cannot be unpacked' 'make room in TMPDIR'
  cp "$1/members/RELEASE.json" "$1/members/sbom.spdx.json" "$1/release/"
  rm -rf "$1/members" "$1/runtime.tar.gz"
  FOUND=${bundle##*/}
}

# The rest is the product's: steps 2 to 8, montana onboard-steps.
run_steps() {
  local arguments=(--staged "$1/release" --release-key "$1/release.pub") name source
  for name in $VALUES; do
    [[ $name != bundle && -n ${OPTIONS[$name]:-} ]] && arguments+=("--$name" "${OPTIONS[$name]}")
  done
  for source in "${SOURCES[@]}"; do arguments+=(--source "$source"); done
  for name in $SWITCHES; do
    [[ $name != uninstall && -n ${OPTIONS[$name]:-} ]] && arguments+=("--$name")
  done
  run_clean "$1/release/bin/montana" onboard-steps "${arguments[@]}"
}

uninstall() {
  local montana=${OPTIONS[root]:-}/opt/montana/current/bin/montana arguments=()
  [[ -x $montana ]] || refuse 'montana is not installed here' 'there is nothing to remove'
  [[ -n ${OPTIONS[root]:-} ]] && arguments+=(--root "${OPTIONS[root]}")
  [[ -n ${OPTIONS[services]:-} ]] && arguments+=(--services "${OPTIONS[services]}")
  [[ -n ${OPTIONS[yes]:-} ]] && arguments+=(--yes)
  [[ -n ${OPTIONS[dry-run]:-} ]] && arguments+=(--dry-run)
  run_clean "$montana" uninstall "${arguments[@]}"
}

onboard() {
  local started
  started=$(now_ms)
  WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/montana-onboard.XXXXXXXX")
  trap 'rm -rf -- "$WORK"' EXIT
  verify "$WORK"
  printf 'verify      found %s, signed by the release key; did unpack it to a private folder (%s)\n' "$FOUND" "$(seconds_since "$started")"
  run_steps "$WORK"
}

main() {
  umask 077
  export LC_ALL=C
  read_environment
  read_flags "$@"
  if [[ -n ${OPTIONS[uninstall]:-} ]]; then
    uninstall
  else
    check_host
    onboard
  fi
}

{ main "$@"; exit $?; }