#include "tracker/settlement/statement_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tracker/agreements/agreement_document.h"
#include "tracker/agreements/document_reader_json.h"
#include "tracker/ledger/charge_text_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr char kFormat[] = "waybill statement 2";
constexpr std::size_t kMaxAgreements = 10'000;
constexpr std::size_t kMaxRows = 1'000'000;
constexpr std::int64_t kEndOfYear9999 = 253'402'300'799'999;

const char* traffic_name(bool on_net) { return on_net ? "on-net" : "off-net"; }

json statement_json(const Statement& statement) {
  json value = {{"format", kFormat},
                {"isp", statement.isp},
                {"period", statement.period},
                {"timezone", statement.timezone},
                {"from", format_time(statement.window.from)},
                {"from_ms", statement.window.from.value},
                {"until", format_time(statement.window.until)},
                {"until_ms", statement.window.until.value},
                {"made_at", format_time(statement.made_at)},
                {"made_at_ms", statement.made_at.value},
                {"rounding", "each line once, to the minor unit, halves to even"},
                {"agreements", json::array()},
                {"charges", charges_json(statement.charges)},
                {"unacknowledged", json::array()},
                {"cdn_nodes", json::array()},
                {"refused_receipts", json::array()}};
  for (const auto& agreement : statement.agreements) {
    value["agreements"].push_back({{"id", agreement.id.value}, {"terms", json::parse(document_text(agreement))}});
  }
  for (const auto& line : statement.unacknowledged) {
    value["unacknowledged"].push_back({{"traffic", traffic_name(line.on_net)},
                                       {"class", name_of(line.content_class)},
                                       {"owner", line.owner},
                                       {"bytes", line.bytes.value}});
  }
  for (const auto& line : statement.cdn_nodes) {
    value["cdn_nodes"].push_back({{"traffic", traffic_name(line.on_net)},
                                  {"owner", line.owner},
                                  {"acknowledged_bytes", line.acked.value},
                                  {"receipts", line.receipts}});
  }
  for (const auto& line : statement.refused) {
    value["refused_receipts"].push_back(
        {{"status", static_cast<int>(line.status)}, {"name", protocol::name_of(line.status)}, {"count", line.count}});
  }
  return value;
}

bool read_traffic(DocumentReader& reader) {
  return reader.choice<bool>("traffic", {{"on-net", true}, {"off-net", false}});
}

void read_information(DocumentReader& reader, Statement& statement) {
  reader.each("unacknowledged", kMaxRows, [&](DocumentReader& item) {
    UnacknowledgedLine line;
    line.on_net = read_traffic(item);
    line.content_class =
        item.choice<ContentClass>("class", {{"file", ContentClass::file}, {"live", ContentClass::live}});
    line.owner = item.text("owner");
    // Below zero where receipts of this period acknowledge what was sent before it.
    line.bytes = {item.integer("bytes", -kMaxDocumentInteger, kMaxDocumentInteger)};
    statement.unacknowledged.push_back(std::move(line));
  });
  reader.each("cdn_nodes", kMaxRows, [&](DocumentReader& item) {
    CdnNodeLine line;
    line.on_net = read_traffic(item);
    line.owner = item.text("owner");
    line.acked = {item.integer("acknowledged_bytes", 0, kMaxDocumentInteger)};
    line.receipts = item.integer("receipts", 0, kMaxDocumentInteger);
    statement.cdn_nodes.push_back(std::move(line));
  });
  reader.each("refused_receipts", kMaxRows, [&](DocumentReader& item) {
    const auto status = static_cast<int>(item.integer("status", 0, INT32_MAX));
    if (!protocol::is_known_receipt_status(status)) item.blame("status", "no status of a receipt has this number");
    item.text("name");
    statement.refused.push_back(
        {static_cast<protocol::ReceiptStatus>(status), item.integer("count", 0, kMaxDocumentInteger)});
  });
}

Statement read_fields(DocumentReader& reader) {
  Statement statement;
  if (reader.text("format") != kFormat) reader.blame("format", std::string("it is not '") + kFormat + "'");
  statement.isp = reader.text("isp");
  statement.period = reader.text("period");
  statement.timezone = reader.text("timezone");
  for (const auto* text : {"from", "until", "made_at", "rounding"}) reader.text(text);
  const auto time = [&](const char* key) { return TimeMs{reader.integer(key, 0, kEndOfYear9999)}; };
  statement.window = {time("from_ms"), time("until_ms")};
  statement.made_at = time("made_at_ms");
  reader.each("agreements", kMaxAgreements, [&](DocumentReader& item) {
    statement.agreements.emplace_back().id = {item.integer("id", 1, INT64_MAX)};
    item.object("terms");  // read as a document of its own, by read_terms
  });
  statement.charges = read_charges(reader.object("charges"));
  read_information(reader, statement);
  reader.finish();
  return statement;
}

Status read_terms(const json& value, Statement& statement) {
  std::size_t at = 0;
  for (auto& agreement : statement.agreements) {
    auto terms = read_isp_agreement(value.at("agreements").at(at++).at("terms").dump());
    if (!terms) return pass_on(terms.error(), fmt::format("agreement {}", agreement.id.value));
    const auto id = agreement.id;
    agreement = std::move(*terms);
    agreement.id = id;
  }
  return {};
}

Status check_fields(const Statement& statement) {
  if (auto known = check_zone(statement.timezone); !known) return known;
  if (statement.window.from >= statement.window.until) return refuse("its window is reversed");
  for (const auto& agreement : statement.agreements) {
    if (agreement.isp != statement.isp || agreement.timezone != statement.timezone) {
      return refuse(fmt::format("agreement {} is another ISP's, or on other clocks", agreement.id.value));
    }
  }
  std::int64_t bytes = 0;
  std::int64_t receipts = 0;
  for (const auto& line : statement.charges.lines) {
    if (line.late || line.quantity < 0) return refuse("a line is late, or below zero");
    if (!is_volume(line.kind)) continue;
    if (__builtin_add_overflow(bytes, line.quantity, &bytes) ||
        __builtin_add_overflow(receipts, line.receipts, &receipts)) {
      return refuse("the bytes or receipts of its lines do not fit in 63 bits");
    }
  }
  return {};
}

}  // namespace

std::string statement_text(const Statement& statement) { return document_dump(statement_json(statement)); }

Result<Statement> read_statement(std::string_view text) {
  const auto value = parse_document(text, kMaxLedgerDocumentBytes);
  if (!value) return pass_on(value.error(), "not a statement");
  std::optional<std::string> fault;
  DocumentReader reader(*value, "", fault);
  auto statement = read_fields(reader);
  if (fault) return refuse("not a statement: " + *fault);
  if (auto terms = read_terms(*value, statement); !terms) return pass_on(terms.error(), "statement");
  if (auto good = check_fields(statement); !good) return pass_on(good.error(), "statement");
  // Figures that stand twice (as integer and for people) must say the same.
  const auto again = statement_json(statement);
  if (again != *value) {
    const auto difference = json::diff(again, *value);
    return refuse("the statement contradicts itself at " + difference.at(0).at("path").get<std::string>());
  }
  return statement;
}

}  // namespace waybill::tracker
