#pragma once
// Databases in MaxMind's format, where the operator has them: which AS an address belongs to, and where it is. Read by
// libmaxminddb from the file, which stays open.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/types/ip.h"
#include "common/types/units.h"
#include "tracker/routing/as_path.h"

namespace waybill::tracker {

enum class AddressDatabaseKind { asn, city };

struct DatabaseAsn {
  Asn asn = 0;
  std::string organisation;
};
struct DatabasePlace {
  std::string country;  // English names
  std::string state;
  std::string city;
  bool operator==(const DatabasePlace&) const = default;
};

class AddressDatabase {
 public:
  // Refused: what libmaxminddb refuses, and a database whose type says that it holds something else.
  static Result<std::unique_ptr<AddressDatabase>> open(const std::filesystem::path& file, AddressDatabaseKind kind);
  ~AddressDatabase();

  // Walks the whole search tree and reads what hangs on it: refused where it is corrupt. Seconds, for a large one.
  Status check() const;

  std::optional<DatabaseAsn> asn(const IpAddress& address) const;
  std::optional<DatabasePlace> place(const IpAddress& address) const;

  const std::string& type() const { return type_; }  // e.g. "GeoLite2-ASN"
  TimeMs built() const { return built_; }
  std::uint32_t nodes() const;

 private:
  struct Handle;
  explicit AddressDatabase(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
  std::string type_;
  TimeMs built_{};
};

}  // namespace waybill::tracker
