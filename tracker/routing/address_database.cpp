#include "tracker/routing/address_database.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <unordered_set>

#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::uint64_t kEndOfYear9999 = 253'402'300'799;  // seconds since 1970

using Keys = std::initializer_list<const char*>;

std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const Keys& keys) {
  constexpr std::size_t kMaxKeys = 4;
  const char* path[kMaxKeys + 1]{};
  std::copy_n(keys.begin(), std::min(keys.size(), kMaxKeys), path);
  MMDB_entry_data_s data{};
  if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data) return std::nullopt;
  return data;
}

std::string text_at(const MMDB_entry_s& entry, const Keys& keys) {
  const auto data = value_at(entry, keys);
  if (!data || data->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  const std::string_view text(data->utf8_string, data->data_size);
  return protocol::printable_text(text, kMaxNameBytes);
}

bool says(std::string text, const Keys& words) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.find(word) != text.npos; });
}

sockaddr_storage socket_address(const IpAddress& address) {
  sockaddr_storage storage{};
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
  }
  return storage;
}

}  // namespace

struct AddressDatabase::Handle {
  MMDB_s database{};
  bool opened = false;
  ~Handle() {
    if (opened) MMDB_close(&database);
  }
  std::optional<MMDB_entry_s> find(const IpAddress& address) const {
    const auto where = socket_address(address);
    if (!address.is_v4() && database.metadata.ip_version == 4) return std::nullopt;
    int error = MMDB_SUCCESS;
    const auto found = MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&where), &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
    return found.entry;
  }
};

AddressDatabase::AddressDatabase(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
AddressDatabase::~AddressDatabase() = default;

Result<std::unique_ptr<AddressDatabase>> AddressDatabase::open(const std::filesystem::path& file,
                                                               AddressDatabaseKind kind) {
  auto handle = std::make_unique<Handle>();
  const int error = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &handle->database);
  const auto name = file.filename().string();
  if (error != MMDB_SUCCESS) {
    return refuse(
        fmt::format("{} is no database in MaxMind's format, or a damaged one: {}", name, MMDB_strerror(error)));
  }
  handle->opened = true;
  const auto& metadata = handle->database.metadata;
  if (metadata.build_epoch > kEndOfYear9999) {
    return refuse(fmt::format("{} is a damaged database: it says that it was built after the year 9999", name));
  }
  std::unique_ptr<AddressDatabase> database(new AddressDatabase(std::move(handle)));
  database->type_ = protocol::printable_text(metadata.database_type, kMaxNameBytes);
  database->built_ = {static_cast<std::int64_t>(metadata.build_epoch) * 1000};
  const bool fits = kind == AddressDatabaseKind::asn ? says(database->type_, {"asn", "isp"})
                                                     : says(database->type_, {"city", "enterprise"});
  if (!fits) {
    return refuse(fmt::format("{} is a database of type '{}', which holds no {}", name, database->type_,
                              kind == AddressDatabaseKind::asn ? "AS numbers" : "cities"));
  }
  return database;
}

Status AddressDatabase::check() const {
  const auto& database = handle_->database;
  std::unordered_set<std::uint32_t> read;
  const auto corrupt = [](std::uint32_t node) {
    return refuse(fmt::format("the database is corrupt at node {} of its search tree", node));
  };
  for (std::uint32_t number = 0; number < database.metadata.node_count; ++number) {
    MMDB_search_node_s node{};
    if (MMDB_read_node(&database, number, &node) != MMDB_SUCCESS) return corrupt(number);
    const auto good = [&](std::uint8_t type, MMDB_entry_s entry) {
      if (type == MMDB_RECORD_TYPE_INVALID) return false;
      if (type != MMDB_RECORD_TYPE_DATA || !read.insert(entry.offset).second) return true;
      MMDB_entry_data_list_s* list = nullptr;
      const int error = MMDB_get_entry_data_list(&entry, &list);
      MMDB_free_entry_data_list(list);
      return error == MMDB_SUCCESS;
    };
    if (!good(node.left_record_type, node.left_record_entry)) return corrupt(number);
    if (!good(node.right_record_type, node.right_record_entry)) return corrupt(number);
  }
  return {};
}

std::optional<DatabaseAsn> AddressDatabase::asn(const IpAddress& address) const {
  const auto entry = handle_->find(address);
  if (!entry) return std::nullopt;
  const auto number = value_at(*entry, {"autonomous_system_number"});
  if (!number || number->type != MMDB_DATA_TYPE_UINT32 || number->uint32 == 0) return std::nullopt;
  return DatabaseAsn{number->uint32, text_at(*entry, {"autonomous_system_organization"})};
}

std::optional<DatabasePlace> AddressDatabase::place(const IpAddress& address) const {
  const auto entry = handle_->find(address);
  if (!entry) return std::nullopt;
  DatabasePlace place;
  place.country = text_at(*entry, {"country", "names", "en"});
  place.state = text_at(*entry, {"subdivisions", "0", "names", "en"});
  place.city = text_at(*entry, {"city", "names", "en"});
  // A state or a city without its country would be another one of that name.
  if (place.country.empty()) return std::nullopt;
  return place;
}

std::uint32_t AddressDatabase::nodes() const { return handle_->database.metadata.node_count; }

}  // namespace waybill::tracker
