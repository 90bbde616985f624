#include "tracker/routing/networks.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <system_error>
#include <variant>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "common/crypto/digest.h"
#include "common/types/byte_string.h"
#include "common/types/file_descriptor.h"
#include "tracker/routing/dump_file.h"
#include "tracker/routing/routing_table_file.h"

namespace waybill::tracker {

namespace {

Result<std::string> read_file(const std::filesystem::path& file, std::uintmax_t limit) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return fail(fmt::format("{} cannot be read: {}", file.string(), error.message()));
  if (size > limit) return refuse(fmt::format("{} is larger than {} bytes", file.filename().string(), limit));
  std::string bytes(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return fail(fmt::format("{} cannot be read", file.string()));
  }
  return bytes;
}

Status write_file(const std::filesystem::path& file, std::string_view bytes) {
  const auto failed = [&] {
    return fail(fmt::format("cannot write {}: {}", file.string(), std::generic_category().message(errno)));
  };
  const auto beside = file.string() + fmt::format(".{}.part", ::getpid());
  {
    const FileDescriptor handle(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (handle.get() < 0) return failed();
    while (!bytes.empty()) {
      const auto written = ::write(handle.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        ::unlink(beside.c_str());
        return failed();
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(handle.get()) != 0) return failed();
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return failed();
  return {};
}

std::string facts_of(const RoutingTable& table) {
  const auto& facts = table.facts();
  auto text = fmt::format("{} IPv4 and {} IPv6 prefixes, {} AS paths, {} peers of {}", table.v4().size(),
                          table.v6().size(), table.paths().size(), facts.peers, facts.collector);
  const auto left_out = [&](const SkippedPrefixes& skipped, std::string_view why) {
    if (skipped.count > 0) text += fmt::format("; {} left out: {}, first {}", skipped.count, why, skipped.first);
  };
  for (std::size_t kind = 0; kind < kBogusKinds; ++kind) {
    left_out(facts.bogus[kind], to_string(static_cast<BogusKind>(kind)));
  }
  left_out(facts.without_origin, "without one origin");
  left_out(facts.repeated, "said before");
  return text;
}

struct Kept {
  std::string bytes;
  TimeMs date{};
  std::string facts;
};

Result<Kept> keep_routes(const std::filesystem::path& source, const DumpOptions& options) {
  auto stream = open_dump_file(source);
  if (!stream) return pass_on(stream);
  const auto table = read_mrt_dump(**stream, options);
  if (!table) return pass_on(table.error(), source.filename().string());
  return Kept{write_routing_table(*table), table->facts().date, facts_of(*table)};
}

Result<Kept> keep_names(const std::filesystem::path& source) {
  auto text = read_file(source, AsNames::kMaxBytes);
  if (!text) return pass_on(text);
  const auto names = AsNames::read(*text);
  if (!names) return pass_on(names.error(), source.filename().string());
  return Kept{std::move(*text), {}, fmt::format("{} AS names", names->size())};
}

Result<Kept> keep_database(const std::filesystem::path& source, AddressDatabaseKind kind) {
  auto bytes = read_file(source, kMaxNetworkFileBytes);
  if (!bytes) return pass_on(bytes);
  const auto database = AddressDatabase::open(source, kind);
  if (!database) return tl::make_unexpected(database.error());
  if (auto good = (*database)->check(); !good) return pass_on(good.error(), source.filename().string());
  return Kept{std::move(*bytes), (*database)->built(),
              fmt::format("{}, {} nodes", (*database)->type(), (*database)->nodes())};
}

Result<Kept> read_source(NetworkFileKind kind, const std::filesystem::path& source, const DumpOptions& options) {
  switch (kind) {
    case NetworkFileKind::routes:
      return keep_routes(source, options);
    case NetworkFileKind::as_names:
      return keep_names(source);
    case NetworkFileKind::asn_database:
      return keep_database(source, AddressDatabaseKind::asn);
    case NetworkFileKind::city_database:
      return keep_database(source, AddressDatabaseKind::city);
  }
  return refuse("there is no such kind of file");
}

using Value = std::variant<std::shared_ptr<const RoutingTable>, std::shared_ptr<const AsNames>,
                           std::shared_ptr<const AddressDatabase>>;

Result<Value> read_kept(const std::filesystem::path& data, const NetworkFile& file) {
  const auto path = network_file_path(data, file);
  const auto bytes = read_file(path, kMaxNetworkFileBytes);
  if (!bytes) return tl::make_unexpected(bytes.error());
  if (to_hex(crypto::sha256(*bytes)) != file.sha256) return refuse("it is not what was loaded: its checksum differs");
  switch (file.kind) {
    case NetworkFileKind::routes: {
      auto table = read_routing_table(*bytes);
      if (!table) return pass_on(table);
      return std::make_shared<const RoutingTable>(std::move(*table));
    }
    case NetworkFileKind::as_names: {
      auto names = AsNames::read(*bytes);
      if (!names) return tl::make_unexpected(names.error());
      return std::make_shared<const AsNames>(std::move(*names));
    }
    case NetworkFileKind::asn_database:
    case NetworkFileKind::city_database: {
      const bool asn = file.kind == NetworkFileKind::asn_database;
      auto database = AddressDatabase::open(path, asn ? AddressDatabaseKind::asn : AddressDatabaseKind::city);
      if (!database) return pass_on(database);
      return std::shared_ptr<const AddressDatabase>(std::move(*database));
    }
  }
  return refuse("a later version of the tracker loaded it");
}

void use(Networks& networks, NetworkFileKind kind, const Value& value) {
  if (kind == NetworkFileKind::routes) networks.routes = std::get<0>(value);
  if (kind == NetworkFileKind::as_names) networks.as_names = std::get<1>(value);
  if (kind == NetworkFileKind::asn_database) networks.asn_database = std::get<2>(value);
  if (kind == NetworkFileKind::city_database) networks.city_database = std::get<2>(value);
}

}  // namespace

std::filesystem::path network_folder(const std::filesystem::path& data) { return data / "networks"; }

std::filesystem::path network_file_path(const std::filesystem::path& data, const NetworkFile& file) {
  return network_folder(data) / fmt::format("{}-{}", to_string(file.kind), file.sha256);
}

Result<NetworkFile> keep_network_file(const std::filesystem::path& data, NetworkFileKind kind,
                                      const std::filesystem::path& source, const DumpOptions& options, TimeMs now) {
  auto kept = read_source(kind, source, options);
  if (!kept) return pass_on(kept);
  const NetworkFile file{
      kind, to_hex(crypto::sha256(kept->bytes)), source.filename().string(), kept->date, now, std::move(kept->facts)};
  std::error_code error;
  std::filesystem::create_directories(network_folder(data), error);
  if (error) return fail(fmt::format("cannot make {}: {}", network_folder(data).string(), error.message()));
  if (auto written = write_file(network_file_path(data, file), kept->bytes); !written) return pass_on(written);
  return file;
}

void sweep_network_files(const std::filesystem::path& data, NetworkFileKind kind, const std::string& in_use) {
  std::error_code ignored;  // a file that stays is in nobody's way
  const auto beginning = std::string(to_string(kind)) + "-";
  for (const auto& entry : std::filesystem::directory_iterator(network_folder(data), ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(beginning) && name != beginning + in_use) std::filesystem::remove(entry.path(), ignored);
  }
}

std::shared_ptr<const Networks> open_networks(const std::filesystem::path& data, std::vector<NetworkFile> files) {
  static std::mutex guard;
  static std::map<NetworkFileKind, std::pair<std::string, Value>> known;  // by path
  auto networks = std::make_shared<Networks>();
  const std::lock_guard locked(guard);
  for (const auto& file : files) {
    const auto path = network_file_path(data, file).string();
    auto at = known.find(file.kind);
    if (at == known.end() || at->second.first != path) {
      auto value = read_kept(data, file);
      if (!value) {
        networks->problems.push_back(
            fmt::format("{} of {}: {}", to_string(file.kind), file.source, value.error().message));
        continue;
      }
      at = known.insert_or_assign(file.kind, std::pair(path, std::move(*value))).first;
    }
    use(*networks, file.kind, at->second.second);
  }
  networks->files = std::move(files);
  return networks;
}

}  // namespace waybill::tracker
