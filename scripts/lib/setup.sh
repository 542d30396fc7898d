# Sourced by the scripts beside this folder: finds what they need and installs what is missing with the machine's
# package manager. Everything said here goes to stderr; stdout belongs to the program that a script runs.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
configuration=${KHSCRM_CONFIGURATION:-Release}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ "${CI:-}" = true ]; then
  # Build servers would outlive the run and keep its output open.
  export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0
fi

say() { echo "$(basename "$0"): $*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else fail "this needs root or sudo: $*"; fi
}

# quietly COMMAND… : what it prints is shown, on stderr, only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# install_package NAME manager=package… : with whichever of the managers this machine has.
install_package() {
  local name=$1 choice manager package; shift
  for choice in "$@"; do
    manager=${choice%%=*} package=${choice#*=}
    have "$manager" || continue
    say "installing $name ($manager: $package)"
    [ "$manager" = brew ] || [ "$(id -u)" = 0 ] || have sudo || fail "installing $package needs root or sudo"
    # The package names may be several words.
    # shellcheck disable=SC2086
    case $manager in
      apt-get) quietly as_root apt-get update -qq \
        && quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $package ;;
      dnf) quietly as_root dnf install -y -q $package ;;
      apk) quietly as_root apk add --quiet $package ;;
      pacman) quietly as_root pacman -Sy --noconfirm --needed $package ;;
      brew) quietly brew install --quiet $package ;;
    esac
    return
  done
  return 1
}

dotnet_found() { have dotnet && (cd "$root" && dotnet --version >/dev/null 2>&1); }

need_dotnet() {
  dotnet_found && return
  install_package "the .NET 10 SDK" apt-get=dotnet-sdk-10.0 dnf=dotnet-sdk-10.0 apk=dotnet10-sdk \
    pacman="dotnet-sdk aspnet-runtime" brew=dotnet || true
  dotnet_found || fail "the .NET 10 SDK is needed (see global.json) and could not be installed here: https://dot.net/download"
}

need_node() {
  have node && have npm && return
  install_package "Node.js" apt-get="nodejs npm" dnf="nodejs npm" apk="nodejs npm" pacman="nodejs npm" brew=node || true
  have node && have npm || fail "Node.js with npm is needed and could not be installed here"
}

chromium_found() {
  local name
  [ -z "${KHSCRM_CHROMIUM:-}" ] || { [ -x "$KHSCRM_CHROMIUM" ]; return; }
  for name in chromium chromium-browser google-chrome google-chrome-stable; do have $name && return; done
  return 1
}

# A browser for the test of the API's page. The same names as Chromium.cs.
need_chromium() {
  chromium_found && return
  install_package Chromium apt-get=chromium dnf=chromium apk=chromium pacman=chromium || true
  chromium_found || fail "Chromium is needed and could not be installed here; KHSCRM_CHROMIUM names one elsewhere"
}

# ps and pkill, which the tests of killed processes use and small images leave out.
need_ps() {
  have ps && have pkill && return
  install_package procps apt-get=procps dnf=procps-ng apk=procps pacman=procps-ng || true
  have ps && have pkill || fail "ps and pkill are needed and could not be installed here"
}

# What links a program that is compiled ahead of time, which one test does.
need_linker() {
  have clang || have gcc && return
  install_package "a C compiler" apt-get="clang zlib1g-dev" dnf="clang zlib-devel" apk="clang build-base zlib-dev" \
    pacman="clang zlib" || true
  have clang || have gcc || fail "clang or gcc is needed and could not be installed here"
}

libcrypto_found() { echo '#include <openssl/evp.h>' | cc -E - >/dev/null 2>&1; }

# The headers of OpenSSL's libcrypto, which SQLCipher is built with.
need_libcrypto() {
  libcrypto_found && return
  install_package "OpenSSL's headers" apt-get=libssl-dev dnf=openssl-devel apk=openssl-dev pacman=openssl || true
  libcrypto_found || fail "OpenSSL's headers are needed and could not be installed here"
}

# A folder with the programs of PostgreSQL 15 or newer. The same places as PostgresFolders.cs.
postgres_found() {
  local folder version
  local folders=()
  if [ -n "${KHSCRM_POSTGRES_BIN:-}" ]; then
    folders=("$KHSCRM_POSTGRES_BIN")
  else
    have postgres && folders+=("$(dirname "$(readlink -f "$(command -v postgres)")")")
    folders+=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /usr/bin /usr/local/pgsql*/bin
      /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin
      /Applications/Postgres.app/Contents/Versions/*/bin /Library/PostgreSQL/*/bin)
  fi
  for folder in "${folders[@]}"; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_ctl" ] || continue
    version=$("$folder/postgres" --version 2>/dev/null | sed -E 's/.*PostgreSQL\) ([0-9]+).*/\1/')
    [ "${version:-0}" -ge 15 ] 2>/dev/null && return
  done
  return 1
}

need_postgres() {
  postgres_found && return
  [ -z "${KHSCRM_POSTGRES_BIN:-}" ] || fail "KHSCRM_POSTGRES_BIN=$KHSCRM_POSTGRES_BIN holds no PostgreSQL 15 or newer"
  if have apt-get; then
    # Debian would make a cluster of its own and start it; ours is private and elsewhere.
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/khscrm.conf >/dev/null
  fi
  install_package PostgreSQL apt-get=postgresql dnf="postgresql-server postgresql-contrib" \
    apk="postgresql17 postgresql17-contrib" pacman=postgresql brew=postgresql@17 || true
  postgres_found || fail "PostgreSQL 15 or newer is needed and could not be installed here"
}

pgbouncer_found() {
  local file
  for file in /usr/sbin/pgbouncer /usr/bin/pgbouncer /opt/homebrew/bin/pgbouncer /usr/local/bin/pgbouncer; do
    [ -x "$file" ] && return
  done
  return 1
}

# The pooler that the service is tested behind. The same places as Pooler.cs.
need_pgbouncer() {
  pgbouncer_found && return
  install_package PgBouncer apt-get=pgbouncer dnf=pgbouncer apk=pgbouncer pacman=pgbouncer brew=pgbouncer || true
  pgbouncer_found || fail "PgBouncer is needed and could not be installed here"
}

# changed_since STAMP PATH… : whether anything below the paths, build output aside, is newer than the stamp.
changed_since() {
  local stamp=$1; shift
  [ ! -e "$stamp" ] || [ -n "$(find "$@" \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# build_quietly PROJECT DLL SOURCE… is what run and khs share: builds if need be, says nothing more unless it fails.
build_quietly() {
  local project=$1 dll=$2 stamp; shift 2
  stamp="$root/artifacts/stamps/$(basename "$dll").$configuration"
  [ -e "$dll" ] && ! changed_since "$stamp" "$@" "$root"/Directory.* "$root/global.json" && return
  need_dotnet
  mkdir -p "$(dirname "$stamp")"
  say "building $(basename "$project")"
  # The stamp is older than the build: what is edited meanwhile counts as changed.
  touch "$stamp.new"
  quietly dotnet build "$project" -c "$configuration" -v quiet --nologo || fail "the build failed"
  mv "$stamp.new" "$stamp"
}
