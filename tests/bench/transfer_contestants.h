#pragma once
// The ways to get one file from one end of the loopback to the other that bench `transfer` compares. Each is a pair of
// ends set up beforehand; a run fetches the whole file and says how long that took.
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/types/byte_string.h"

namespace waybill::bench {

struct Sample {
  std::filesystem::path file;
  ByteString torrent;
  std::int64_t size = 0;
};

// Seconds from the first byte sent to the file complete and checked; nothing where it failed, with `problem` said.
struct Run {
  std::optional<double> seconds;
  std::string problem;
};

class Contestant {
 public:
  virtual ~Contestant() = default;
  virtual std::string name() const = 0;
  virtual std::string absent() const { return {}; }          // why it cannot take part; empty: it can
  virtual Run run(const std::filesystem::path& folder) = 0;  // an empty one, removed afterwards
};

// Two engines with gate, acknowledgements and durable receipts.
std::unique_ptr<Contestant> make_waybill(const Sample& sample, const std::filesystem::path& folder);
// Two sessions of the same libtorrent, same settings but for its own choker, in the same process and thread layout.
std::unique_ptr<Contestant> make_bare_libtorrent(const Sample& sample);
// Programs that fetch over HTTP from one nginx.
std::unique_ptr<Contestant> make_curl(const Sample& sample, std::uint16_t nginx_port);
std::unique_ptr<Contestant> make_aria2(const Sample& sample, std::uint16_t nginx_port);

// nginx serving the folder of a file on a loopback port of its own; stopped by the destructor.
class Nginx {
 public:
  Nginx(const std::filesystem::path& served, const std::filesystem::path& folder);
  ~Nginx();
  std::uint16_t port() const { return port_; }  // 0: there is no nginx
 private:
  int process_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace waybill::bench
