#include "tracker/agreements/document_reader_json.h"
#include "tracker/ledger/charge_text_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::int64_t kMost = INT64_MAX;

ChargeKind read_kind(DocumentReader& reader) {
  const auto word = reader.text("kind");
  for (int kind = 1; kind <= kLastChargeKind; ++kind) {
    if (word == name_of(static_cast<ChargeKind>(kind))) return static_cast<ChargeKind>(kind);
  }
  reader.blame("kind", "'" + word + "' is no kind of line");
  return ChargeKind::volume;
}

void add_volume_fields(json& value, const ChargeLine& line) {
  if (line.kind == ChargeKind::volume) {
    value["tier"] = line.tier;
    value["hours"] = line.peak ? "peak" : "off-peak";
  }
  value["traffic"] = line.on_net ? "on-net" : "off-net";
  value["class"] = name_of(line.content_class);
  value["owner"] = line.owner;
  value["receipts"] = line.receipts;
}

void read_volume_fields(DocumentReader& reader, ChargeLine& line) {
  if (line.kind == ChargeKind::volume) {
    line.tier = static_cast<int>(reader.integer("tier", 0, kMaxTiers - 1));
    line.peak = reader.choice<bool>("hours", {{"peak", true}, {"off-peak", false}});
  }
  line.on_net = reader.choice<bool>("traffic", {{"on-net", true}, {"off-net", false}});
  line.content_class =
      reader.choice<ContentClass>("class", {{"file", ContentClass::file}, {"live", ContentClass::live}});
  line.owner = reader.text("owner");
  line.receipts = reader.integer("receipts", 0, kMost);
}

}  // namespace

json charge_line_json(const ChargeLine& line) {
  const auto currency = line.price.currency;
  json value{{"month", line.month},
             {"agreement", line.agreement.value},
             {"kind", name_of(line.kind)},
             {"quantity", line.quantity},
             {"currency", currency.str()},
             {"price", format_exact(line.price)},
             {"amount", format_minor(line.amount_minor, currency)},
             {"amount_minor", line.amount_minor}};
  if (is_volume(line.kind)) add_volume_fields(value, line);
  if (line.kind == ChargeKind::royalty) value["title"] = line.title;
  if (line.kind == ChargeKind::royalty) value["payee"] = line.payee;
  if (line.kind == ChargeKind::surcharge) value["basis_points"] = line.basis_points;
  if (!line.part.whole()) value["part"] = {{"of", line.part.denominator}, {"is", line.part.numerator}};
  if (line.late) {
    value["late"] = {{"settled_quantity", line.settled_quantity},
                     {"settled_receipts", line.settled_receipts},
                     {"settled_minor", line.settled_minor}};
  }
  return value;
}

ChargeLine read_charge_line(DocumentReader& reader) {
  ChargeLine line;
  line.month = reader.text("month");
  line.agreement = {reader.integer("agreement", 0, kMost)};
  line.kind = read_kind(reader);
  line.quantity = reader.integer("quantity", -kMost, kMost);
  line.price = reader.money("price", reader.currency("currency"));
  line.amount_minor = reader.integer("amount_minor", -kMost, kMost);
  reader.text("amount");
  if (is_volume(line.kind)) read_volume_fields(reader, line);
  if (line.kind == ChargeKind::royalty) {
    line.title = reader.text("title");
    line.payee = reader.text("payee");
  }
  if (line.kind == ChargeKind::surcharge)
    line.basis_points = reader.integer("basis_points", 0, kMaxDocumentInteger / 1'000'000);
  if (reader.has("part")) {
    auto part = reader.object("part");
    line.part.denominator = part.integer("of", 1, kMaxDocumentInteger);
    line.part.numerator = part.integer("is", 0, line.part.denominator);
    part.finish();
  }
  if (reader.has("late")) {
    auto late = reader.object("late");
    line.late = true;
    line.settled_quantity = late.integer("settled_quantity", -kMost, kMost);
    line.settled_receipts = late.integer("settled_receipts", 0, kMost);
    line.settled_minor = late.integer("settled_minor", -kMost, kMost);
    late.finish();
  }
  return line;
}

json charges_json(const Charges& charges) {
  json value{{"lines", json::array()}, {"totals", json::array()}, {"unpriced_bytes", charges.unpriced.value}};
  for (const auto& line : charges.lines) value["lines"].push_back(charge_line_json(line));
  for (const auto& total : charges.totals) {
    value["totals"].push_back({{"currency", total.currency.str()},
                               {"amount", format_minor(total.amount_minor, total.currency)},
                               {"amount_minor", total.amount_minor}});
  }
  return value;
}

Charges read_charges(DocumentReader reader) {
  Charges charges;
  charges.unpriced = {reader.integer("unpriced_bytes", 0, kMost)};
  reader.each("lines", kMaxLines, [&](DocumentReader& item) { charges.lines.push_back(read_charge_line(item)); });
  reader.each("totals", 100, [&](DocumentReader& item) {
    const auto currency = item.currency("currency");
    charges.totals.push_back({currency, item.integer("amount_minor", -kMost, kMost)});
    item.text("amount");
  });
  reader.finish();
  return charges;
}

}  // namespace waybill::tracker
