#pragma once
// Everything that is loaded of networks beyond the registry, as one immutable value; and the files that it is kept in.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tracker/routing/address_database.h"
#include "tracker/routing/as_names.h"
#include "tracker/routing/mrt_dump.h"
#include "tracker/routing/network_file.h"

namespace waybill::tracker {

struct Networks {
  std::vector<NetworkFile> files;  // what the store says that there is
  // Null where none is loaded or it cannot be read.
  std::shared_ptr<const RoutingTable> routes;
  std::shared_ptr<const AsNames> as_names;
  std::shared_ptr<const AddressDatabase> asn_database;
  std::shared_ptr<const AddressDatabase> city_database;
  std::vector<std::string> problems;  // which could not be read, one line each; the others are in use
};

// The newest databases of cities are some 130 MB.
inline constexpr std::uintmax_t kMaxNetworkFileBytes = std::uintmax_t{1} << 30;

std::filesystem::path network_folder(const std::filesystem::path& data);  // of a tracker's data directory
std::filesystem::path network_file_path(const std::filesystem::path& data, const NetworkFile& file);

// Reads and checks `source` as a whole, and only then keeps it under the data directory. `loaded` and what the store
// needs is in the answer; nothing uses it before the store says so.
Result<NetworkFile> keep_network_file(const std::filesystem::path& data, NetworkFileKind kind,
                                      const std::filesystem::path& source, const DumpOptions& options, TimeMs now);
// Deletes kept files of this kind, other than `in_use`.
void sweep_network_files(const std::filesystem::path& data, NetworkFileKind kind, const std::string& in_use);
// What these files say. Files that were read before are not read again: the last of each kind is remembered. From any
// thread.
std::shared_ptr<const Networks> open_networks(const std::filesystem::path& data, std::vector<NetworkFile> files);

}  // namespace waybill::tracker
