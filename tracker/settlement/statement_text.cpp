#include "tracker/settlement/statement_text.h"

#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr char kFormat[] = "waybill statement 1";

std::string_view traffic_name(bool on_net) { return on_net ? "on-net" : "off-net"; }

json line_json(const StatementLine& line) {
  return {{"agreement", line.agreement.value},
          {"traffic", traffic_name(line.on_net)},
          {"owner", line.owner},
          {"acknowledged_bytes", line.acked.value},
          {"receipts", line.receipts},
          {"unacknowledged_bytes", line.unacknowledged.value},
          {"currency", line.price_per_gb.currency.str()},
          {"price_per_gb", format_exact(line.price_per_gb)},
          {"amount", format_minor(line.amount_minor, line.price_per_gb.currency)},
          {"amount_minor", line.amount_minor}};
}

json total_json(const StatementTotal& total) {
  return {{"currency", total.currency.str()},
          {"acknowledged_bytes", total.acked.value},
          {"receipts", total.receipts},
          {"unacknowledged_bytes", total.unacknowledged.value},
          {"amount", format_minor(total.amount_minor, total.currency)},
          {"amount_minor", total.amount_minor}};
}

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
                {"lines", json::array()},
                {"totals", json::array()},
                {"cdn_nodes", json::array()},
                {"refused_receipts", json::array()}};
  for (const auto& line : statement.lines) value["lines"].push_back(line_json(line));
  for (const auto& total : statement.totals) value["totals"].push_back(total_json(total));
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

// Throws json::exception for a missing or mistyped field, std::invalid_argument for a value out of its range.
Currency read_currency(const json& value) {
  const auto currency = Currency::parse(value.at("currency").get<std::string>());
  if (!currency) throw std::invalid_argument(currency.error().message);
  return *currency;
}

bool read_traffic(const json& value) { return value.at("traffic").get<std::string>() == "on-net"; }

StatementLine read_line(const json& value) {
  StatementLine line;
  line.agreement = {value.at("agreement").get<std::int64_t>()};
  line.on_net = read_traffic(value);
  line.owner = value.at("owner").get<std::string>();
  line.acked = {value.at("acknowledged_bytes").get<std::int64_t>()};
  line.receipts = value.at("receipts").get<std::int64_t>();
  line.unacknowledged = {value.at("unacknowledged_bytes").get<std::int64_t>()};
  const auto price = parse_money(value.at("price_per_gb").get<std::string>(), read_currency(value));
  if (!price) throw std::invalid_argument(price.error().message);
  line.price_per_gb = *price;
  line.amount_minor = value.at("amount_minor").get<std::int64_t>();
  return line;
}

StatementTotal read_total(const json& value) {
  return {read_currency(value),
          {value.at("acknowledged_bytes").get<std::int64_t>()},
          value.at("receipts").get<std::int64_t>(),
          {value.at("unacknowledged_bytes").get<std::int64_t>()},
          value.at("amount_minor").get<std::int64_t>()};
}

constexpr std::int64_t kEndOfYear9999 = 253'402'300'799'999;  // milliseconds

// So that nothing that is added up later can overflow.
void check_range(const Statement& statement) {
  const auto good = [](std::int64_t value, std::int64_t limit) { return value >= 0 && value <= limit; };
  const auto share = [](std::size_t count) {
    return std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(count + 1);
  };
  bool within = true;
  for (const auto time : {statement.window.from, statement.window.until, statement.made_at}) {
    within = within && good(time.value, kEndOfYear9999);
  }
  for (const auto& line : statement.lines) {
    const auto limit = share(statement.lines.size());
    within = within && good(line.acked.value, limit) && good(line.unacknowledged.value, limit) &&
             good(line.receipts, limit) && good(line.amount_minor, limit) && line.price_per_gb.micro_minor >= 0;
  }
  for (const auto& total : statement.totals) within = within && good(total.amount_minor, share(0));
  if (!within) throw std::invalid_argument("a figure is out of its range");
}

Statement read_fields(const json& value) {
  Statement statement;
  statement.isp = value.at("isp").get<std::string>();
  statement.period = value.at("period").get<std::string>();
  statement.timezone = value.at("timezone").get<std::string>();
  statement.window = {{value.at("from_ms").get<std::int64_t>()}, {value.at("until_ms").get<std::int64_t>()}};
  statement.made_at = {value.at("made_at_ms").get<std::int64_t>()};
  for (const auto& line : value.at("lines")) statement.lines.push_back(read_line(line));
  for (const auto& total : value.at("totals")) statement.totals.push_back(read_total(total));
  for (const auto& line : value.at("cdn_nodes")) {
    statement.cdn_nodes.push_back({read_traffic(line),
                                   line.at("owner").get<std::string>(),
                                   {line.at("acknowledged_bytes").get<std::int64_t>()},
                                   line.at("receipts").get<std::int64_t>()});
  }
  for (const auto& line : value.at("refused_receipts")) {
    const int status = line.at("status").get<int>();
    if (!protocol::is_known_receipt_status(status)) throw std::invalid_argument("unknown receipt status");
    statement.refused.push_back({static_cast<protocol::ReceiptStatus>(status), line.at("count").get<std::int64_t>()});
  }
  return statement;
}

}  // namespace

std::string statement_text(const Statement& statement) {
  return statement_json(statement).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Statement> read_statement(std::string_view text) {
  try {
    const auto value = json::parse(text);
    const auto statement = read_fields(value);
    check_range(statement);
    // Figures that stand twice (as integer and for people) must say the same.
    const auto again = statement_json(statement);
    if (again != value) {
      const auto difference = json::diff(again, value);
      return refuse(
          fmt::format("the statement contradicts itself at {}", difference.at(0).at("path").get<std::string>()));
    }
    return statement;
  } catch (const std::exception& error) {
    return refuse(fmt::format("not a statement: {}", error.what()));
  }
}

}  // namespace waybill::tracker
