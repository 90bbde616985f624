# Sourced by tests/run and packaging/demo/run: installs the Debian packages that are missing, and says which.
# Usage: install_packages build|demo|tests ...

packages_build="g++ cmake ninja-build ccache pkg-config libboost-dev libboost-system-dev libtorrent-rasterbar-dev
  libssl-dev libcli11-dev libfmt-dev libspdlog-dev doctest-dev nlohmann-json3-dev libexpected-dev libsqlitecpp-dev
  libsqlite3-dev libpq-dev libhowardhinnant-date-dev libbenchmark-dev libcurl4-openssl-dev libpugixml-dev
  zlib1g-dev libbz2-dev libmaxminddb-dev tzdata"
packages_demo="iproute2 dnsmasq-base nftables python3 procps"
packages_tests="$packages_demo git clang-format nginx-light aria2 curl postgresql-15 python3-aiosmtpd
  python3-jsonschema python3-yaml faketime hledger opentracker python3-libtorrent transmission-daemon
  qbittorrent-nox miniupnpd-nftables scamper bird2 traceroute"

install_packages() {
  local group missing=""
  for group in "$@"; do
    local list="packages_$group" name
    for name in ${!list}; do
      dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
    done
  done
  [ -n "$missing" ] || return 0
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || { echo "run as root, or install these packages first:$missing" >&2; return 1; }
  fi
  echo "installing Debian packages:$missing"
  $sudo apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    { echo "apt-get could not install:$missing" >&2; return 1; }
}
