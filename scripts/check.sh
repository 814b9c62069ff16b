#!/usr/bin/env bash
# The gates. Fails on its first fault and never exits early with 0.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    printf 'check: %s\n' "$*" >&2
    exit 1
}

echo "format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests Fuzz || fail "run: swift format -i -r Package.swift Sources Tests Fuzz"

echo "warnings and imports"
swift build --explicit-target-dependency-import-check error

echo "sizes"
# Code lines: neither blank nor only a comment. Tables and generated files say so in their first line.
find Sources Tests -name '*.swift' | while read -r file; do
    head -n 1 "$file" | grep -qE '^// (table|generated)' && continue
    lines=$(grep -cvE '^[[:space:]]*(//.*)?$' "$file" || true)
    [ "$lines" -gt 400 ] && echo "  $lines code lines: $file"
    [ "$lines" -le 700 ] || fail "$file has $lines code lines; 700 is the limit"
done
find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { depth = 0; start = 0 }
    {
        line = $0
        sub(/\/\/.*/, "", line)
        if (!start && line ~ /(func |init[(?<]|subscript)/ && line !~ /"""/) { start = FNR; name = $0; base = depth; opened = 0 }
        opens = gsub(/\{/, "{", line); closes = gsub(/\}/, "}", line)
        depth += opens - closes
        if (start && opens) opened = 1
        if (start && opened && depth <= base) {
            length_ = FNR - start + 1
            if (length_ > 60) printf "  %d lines: %s:%d\n", length_, FILENAME, start
            if (length_ > 120) bad = 1
            start = 0
        } else if (start && !opened && FNR - start > 12) start = 0
    }
    END { exit bad }' || fail "a function is longer than 120 lines"

echo "forbidden words"
forbid() {
    local pattern=$1 why=$2
    shift 2
    if grep -rnE --include='*.swift' "$pattern" "$@"; then fail "$why"; fi
}
forbid '@unchecked Sendable|nonisolated\(unsafe\)|@preconcurrency' "belongs into a C wrapper, with a reason" Sources
forbid '\btry!|\bas!|fatalError\(' "crashes on what may come from outside" Sources
forbid 'TODO|FIXME|XXX' "an open end needs an issue, not a comment" Sources Tests
# At the margin: code for receivers is text in HubCore.
forbid '^((package|public|private) )?import Foundation$' "HubCore, WebhookSignatures and Integrations are pure" Sources/HubCore Sources/WebhookSignatures Sources/Integrations

echo "papers"
for paper in README.md ARCHITECTURE.md THREAT_MODEL.md CONTRIBUTING.md CHANGELOG.md LICENSE docs/settings.md docs/errors.md docs/dependencies.md; do
    [ -s "$paper" ] || fail "$paper is missing"
done
# Every path in the papers leads somewhere.
grep -ohE '\]\([^)#:]+' README.md ARCHITECTURE.md CONTRIBUTING.md THREAT_MODEL.md | sed 's/^](//' | grep -vE '^(https?|mailto)$' | sort -u | while read -r path; do
    [ -e "$path" ] || fail "a paper links to $path, which is not there"
done
echo "all gates passed"
