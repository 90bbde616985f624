// Routing table dumps from outside: what is accepted answers for each of its prefixes, with the origin its path names,
// and is the same when it is read again; compressed files are refused or read to their end.
#include <cstdint>
#include <string_view>

#include "common/types/check.h"
#include "tracker/routing/mrt_dump.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool keep_special_use : {false, true}) {
    MemoryStream stream(bytes);
    const auto table = read_mrt_dump(stream, {keep_special_use});
    if (!table) {
      WAYBILL_ASSERT(!table.error().message.empty(), "refused without a word");
      continue;
    }
    const auto check = [&](const auto& row) {
      const auto prefix = prefix_of(row);
      const auto found = table->find(prefix.address);
      WAYBILL_ASSERT(found && found->prefix.length >= prefix.length, "a prefix does not answer for its first address");
      WAYBILL_ASSERT(origin_of(found->path) == found->origin, "the path names another origin");
      WAYBILL_ASSERT(!print_as_path(found->path).empty(), "a path is empty");
    };
    for (const auto& row : table->v4()) check(row);
    for (const auto& row : table->v6()) check(row);
    WAYBILL_ASSERT(table->v4().size() + table->v6().size() > 0, "an empty table was accepted");
  }
  return 0;
}
