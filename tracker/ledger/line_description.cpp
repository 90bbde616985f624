#include <fmt/format.h>

#include "tracker/ledger/invoice.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;

// "12.5" for 12,500,000,000 bytes: exact, without trailing zeros.
std::string gigabytes(std::int64_t bytes) {
  const auto size = bytes < 0 ? -bytes : bytes;
  auto text = fmt::format("{}{}.{:09}", bytes < 0 ? "-" : "", size / kGigabyte, size % kGigabyte);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string part_text(const Proportion& part) {
  return part.whole() ? "" : fmt::format(", for {}/{} of the month", part.numerator, part.denominator);
}

std::string of_month(const ChargeLine& line) {
  const auto price = format_exact(line.price);
  switch (line.kind) {
    case ChargeKind::volume:
      return fmt::format("{}, {}, {}{}, {}: {} GB at {}", line.owner, line.on_net ? "on-net" : "off-net",
                         name_of(line.content_class), line.peak ? ", peak" : "", fmt::format("tier {}", line.tier + 1),
                         gigabytes(line.quantity), price);
    case ChargeKind::percentile:
      return fmt::format("95th percentile: {} bytes in 5 minutes, at {} per Mbit/s a month{}", line.quantity, price,
                         part_text(line.part));
    case ChargeKind::shortfall:
      return fmt::format("minimum of {} a month{}, less {} used", price, part_text(line.part),
                         format_minor(line.quantity, line.price.currency));
    case ChargeKind::flat_fee:
      return fmt::format("fee of {} a month{}", price, part_text(line.part));
    case ChargeKind::beyond:
      return fmt::format("beyond the threshold: {} GB at {}", gigabytes(line.quantity), price);
    case ChargeKind::royalty:
      return fmt::format("royalty, {}: {} deliveries at {}", line.title, line.quantity, price);
    case ChargeKind::surcharge:
      return fmt::format("surcharge of {}.{:02} % on {}", line.basis_points / 100, line.basis_points % 100,
                         format_minor(line.quantity, line.price.currency));
    case ChargeKind::unacknowledged_volume:
      return fmt::format("{}, {}, {}, acknowledged by nobody: {} GB at {}", line.owner,
                         line.on_net ? "on-net" : "off-net", name_of(line.content_class), gigabytes(line.quantity),
                         price);
    case ChargeKind::unacknowledged:
      return fmt::format("acknowledged by nobody: {} GB at {}", gigabytes(line.quantity), price);
  }
  return "";
}

}  // namespace

std::string line_description(const ChargeLine& line) {
  const auto text = fmt::format("{}: {}", line.month, of_month(line));
  if (!line.late) return text;
  return fmt::format("{} (late; {} settled before)", text, format_minor(line.settled_minor, line.price.currency));
}

}  // namespace waybill::tracker
