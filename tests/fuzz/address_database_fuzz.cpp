// Databases in MaxMind's format: one that opens answers for any address, or is found corrupt, whatever its bytes are.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "common/types/check.h"
#include "tracker/routing/address_database.h"

using namespace waybill;
using namespace waybill::tracker;

// libmaxminddb 1.7 does not free what it had read of a database that it then refuses.
extern "C" const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() { return "leak:libmaxminddb"; }

namespace {

// A file in memory, which libmaxminddb opens by its path.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : fd_(::memfd_create("database", MFD_CLOEXEC)) {
    WAYBILL_ASSERT(fd_ >= 0 && ::write(fd_, data, size) == static_cast<ssize_t>(size), "no file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  for (const auto kind : {AddressDatabaseKind::asn, AddressDatabaseKind::city}) {
    const auto database = AddressDatabase::open(file.path(), kind);
    if (!database) {
      WAYBILL_ASSERT(!database.error().message.empty(), "refused without a word");
      continue;
    }
    const auto sound = (*database)->check();
    WAYBILL_ASSERT(sound || !sound.error().message.empty(), "refused without a word");
    for (const auto* text : {"198.51.100.7", "0.0.0.0", "255.255.255.255", "2001:db8::7", "::"}) {
      const auto address = *IpAddress::parse(text);
      if (kind == AddressDatabaseKind::asn) {
        (*database)->asn(address);
      } else {
        (*database)->place(address);
      }
    }
  }
  return 0;
}
