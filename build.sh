#!/usr/bin/env bash
# Finds a PowerShell and hands over to build.ps1: pwsh 7.4 or newer when it is on PATH, else BlueGreen.Host, built here.
#
#   ./build.sh [build|demo|test|soak|bench|pack|clean] [arguments of build.ps1]
#
# BLUEGREEN_USE_HOST=1 takes BlueGreen.Host although pwsh is there.
set -euo pipefail

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

require_sdk() {
    command -v dotnet >/dev/null || fail 'the .NET 10 SDK is needed, and there is no dotnet on PATH. Install the SDK and run this again.'
    # global.json decides which SDK will do; dotnet itself says which are there.
    (cd -- "$root" && dotnet --version >/dev/null) || fail 'the .NET 10 SDK is needed; see the lines above for what is installed.'
}

has_pwsh() {
    [[ -z "${BLUEGREEN_USE_HOST:-}" ]] && command -v pwsh >/dev/null || return 1
    local version
    version="$(pwsh --version 2>/dev/null)" || return 1
    [[ "$version" =~ ([0-9]+)\.([0-9]+) ]] || return 1
    ((BASH_REMATCH[1] > 7 || (BASH_REMATCH[1] == 7 && BASH_REMATCH[2] >= 4)))
}

publish() {
    dotnet publish "$root/$1" -c Release -o "$2" -v quiet --disable-build-servers "${@:3}"
}

publish_host() {
    publish src/BlueGreen.Host "$root/out/host" "$@"
}

# A copy of its own, since the build replaces the host's files while build.ps1 runs in it.
build_host() {
    local host="$root/out/host/BlueGreen.Host.dll" log
    local sources=("$root/src/BlueGreen.Host" "$root/src/BlueGreen.Zdd" "$root/src/BlueGreen.Engine" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json")
    if [[ ! -f "$host" || -n "$(find "${sources[@]}" -newer "$host" -not -path '*/obj*' -not -path '*/bin*' -print -quit)" ]]; then
        echo '== Building BlueGreen.Host, which runs build.ps1'
        rm -rf -- "$root/out/host"
        # Where NuGet does not have the compiler for this machine, it does without.
        if publish_host -p:AheadOfTime=true >/dev/null 2>&1; then
            publish src/BlueGreen.Zdd "$root/out/host/zdd" -r "$(dotnet --info | sed -n 's/^ *RID: *//p')" --no-self-contained -p:PublishReadyToRun=true >/dev/null 2>&1 || true
        else
            log="$(publish_host 2>&1)" || fail "BlueGreen.Host could not be built:"$'\n'"$log"
        fi
        touch -- "$host"
    fi
}

task=build
if (($# > 0)) && [[ "$1" != -* ]]; then
    task="$1"
    shift
fi

require_sdk
if has_pwsh; then
    exec pwsh -NoLogo -NoProfile -File "$root/build.ps1" -Task "$task" "$@"
fi
build_host
exec dotnet "$root/out/host/BlueGreen.Host.dll" -NoLogo -NoProfile -File "$root/build.ps1" -Task "$task" "$@"
