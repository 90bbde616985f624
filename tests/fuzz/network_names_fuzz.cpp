// What networks are called and where routers stand: tables of AS names, tables of places, names of routers.
#include <cstdint>
#include <string_view>

#include "common/protocol/utf8.h"
#include "common/types/check.h"
#include "tracker/routing/as_names.h"
#include "tracker/routing/router_places.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

void check_place(const RouterPlaces& places, std::string_view name) {
  const auto place = places.guess(name);
  if (!place) return;
  WAYBILL_ASSERT(!place->city.empty() && !place->country.empty(), "a place without a name");
  WAYBILL_ASSERT(!place->word.empty() && place->word.size() <= name.size(), "no word of the name says so");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto names = AsNames::read(input)) {
    WAYBILL_ASSERT(names->size() > 0, "an empty table was taken");
    for (const Asn asn : {Asn{0}, Asn{64500}, Asn{4'294'967'295}}) {
      const auto name = names->find(asn);
      WAYBILL_ASSERT(name.size() <= AsNames::kMaxNameBytes, "a name is too long");
      WAYBILL_ASSERT(name.empty() || protocol::is_printable_utf8(name), "a name can drive a terminal");
    }
  } else {
    WAYBILL_ASSERT(!names.error().message.empty(), "refused without a word");
  }
  if (const auto places = RouterPlaces::read(input)) check_place(*places, "core1.sjc1.isp.example");
  check_place(RouterPlaces::shipped(), input);
  return 0;
}
