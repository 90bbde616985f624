// How the bytes divide into peers of the receiver's own ISP, other peers, and CDN nodes: what the CDN was spared.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_groups_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/share.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct Shares {
  std::int64_t on_net = 0;              // acknowledged bytes of peers at the receiver's ISP
  std::int64_t off_net = 0;             // of other peers
  std::int64_t cdn = 0;                 // of CDN nodes
  std::int64_t cdn_unacknowledged = 0;  // that CDN nodes sent, stock clients' and those of their web servers' logs
  std::int64_t total() const { return on_net + off_net + cdn; }
  Shares& operator+=(const Shares& other) {
    on_net += other.on_net;
    off_net += other.off_net;
    cdn += other.cdn;
    cdn_unacknowledged += other.cdn_unacknowledged;
    return *this;
  }
};
using SharesByGroup = std::map<std::vector<std::string>, Shares>;

enum class ShareOrder { name, bytes, spared, cdn_nodes };
Result<ShareOrder> parse_share_order(const std::string& text) {
  if (text == "name") return ShareOrder::name;
  if (text == "bytes") return ShareOrder::bytes;
  if (text == "spared") return ShareOrder::spared;
  if (text == "cdn-nodes") return ShareOrder::cdn_nodes;
  return refuse("'" + text + "' is not an order (one of name, bytes, spared, cdn-nodes)");
}

std::int64_t rank_of(const Shares& shares, ShareOrder order) {
  switch (order) {
    case ShareOrder::name:
      return 0;
    case ShareOrder::bytes:
      return shares.total();
    case ShareOrder::spared:
      return shares.on_net + shares.off_net;
    case ShareOrder::cdn_nodes:
      return shares.cdn;
  }
  return 0;
}

json shares_json(const Shares& shares) {
  return {{"on_net_peer_bytes", shares.on_net},
          {"off_net_peer_bytes", shares.off_net},
          {"cdn_node_bytes", shares.cdn},
          {"cdn_node_unacknowledged_bytes", shares.cdn_unacknowledged},
          {"spared_bytes", shares.on_net + shares.off_net},
          {"acknowledged_bytes", shares.total()},
          {"on_net_share", percent_of(shares.on_net, shares.total())},
          {"spared_share", percent_of(shares.on_net + shares.off_net, shares.total())}};
}

using ShareRows = std::vector<std::pair<std::vector<std::string>, Shares>>;  // by their cells

void add_shares(Answer& answer, ShareRows rows, const std::vector<Grouping>& groupings, ShareOrder order,
                std::optional<std::int64_t> limit) {
  std::stable_sort(rows.begin(), rows.end(), [order](const auto& a, const auto& b) {
    return rank_of(a.second, order) > rank_of(b.second, order);
  });
  if (limit && static_cast<std::int64_t>(rows.size()) > *limit) {
    Shares left_out;
    const auto first = rows.begin() + *limit;
    for (auto row = first; row != rows.end(); ++row) left_out += row->second;
    answer.result["left_out"] = shares_json(left_out);
    answer.result["left_out"]["rows"] = rows.end() - first;
    answer.notes.push_back(fmt::format("{} with {} bytes are left out by --limit",
                                       counted(rows.end() - first, "row", "rows"), exact_bytes(left_out.total())));
    rows.erase(first, rows.end());
  }
  const auto groups = columns_of(groupings);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& [cells, shares] : rows) {
    auto value = shares_json(shares);
    for (std::size_t i = 0; i < cells.size(); ++i) value[groups[i].key] = cells[i];
    list.push_back(std::move(value));
  }
  auto columns = group_columns(groupings);
  columns.insert(columns.end(), {{"on_net_peer_bytes", "ON-NET PEERS", "number"},
                                 {"off_net_peer_bytes", "OFF-NET PEERS", "number"},
                                 {"cdn_node_bytes", "CDN NODES", "number"},
                                 {"cdn_node_unacknowledged_bytes", "CDN, UNACKNOWLEDGED", "number"},
                                 {"on_net_share", "ON-NET"},
                                 {"spared_share", "SPARED"}});
  answer.add_sheet("rows", columns);
}

}  // namespace

Result<Answer> report_shares(AdministrationContext& context, Arguments& arguments) {
  auto read = ReportArguments::read(arguments);
  read.involving = arguments.text("involving");
  const auto groupings = read_groupings(arguments);
  if (kind_among(groupings)) arguments.fault("group_by", "shares are of the ends of a path, not of its components");
  const auto order = arguments.read_as("order", parse_share_order).value_or(ShareOrder::name);
  const auto limit = arguments.integer("limit", 1, kMaxRowLimit);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, true);
  if (!filters) return pass_on(filters);
  auto question = account_question(*filters);
  if (!question) return pass_on(question);
  question->group_by = dimensions_of(groupings);
  question->group_by.insert({AccountDimension::isp_pair, AccountDimension::cdn_node});
  const auto rows = ask_accounts(context.store, *filters, *question);
  if (!rows) return tl::make_unexpected(rows.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  SharesByGroup groups;
  Shares all;
  const auto add = [&](std::int64_t Shares::*part, const std::vector<AccountRow>& of_part) {
    for (const auto& row : fold_rows(of_part, groupings, *names, *clock)) {
      groups[row.cells].*part += row.counters.acked.value;
      all.*part += row.counters.acked.value;
    }
  };
  std::vector<AccountRow> on_net, off_net, cdn;
  for (const auto& row : *rows) {
    const bool inside = row.from.value() && row.from == row.to;
    (row.cdn_node.value() ? cdn : inside ? on_net : off_net).push_back(row);
  }
  add(&Shares::on_net, on_net);
  add(&Shares::off_net, off_net);
  add(&Shares::cdn, cdn);
  for (const auto& row : fold_rows(cdn, groupings, *names, *clock)) {
    groups[row.cells].cdn_unacknowledged += row.counters.unacknowledged().value;
    all.cdn_unacknowledged += row.counters.unacknowledged().value;
  }
  Answer answer;
  add_question(answer, "Shares", filters->words, filters->facts);
  answer.result.update(shares_json(all));
  answer.lines.push_back(fmt::format("{} acknowledged bytes; peers spared the CDN {} of them ({}), {} on-net ({})",
                                     exact_bytes(all.total()), exact_bytes(all.on_net + all.off_net),
                                     percent_of(all.on_net + all.off_net, all.total()), exact_bytes(all.on_net),
                                     percent_of(all.on_net, all.total())));
  if (all.cdn_unacknowledged > 0) {
    answer.lines.push_back(
        fmt::format("Beside them CDN nodes sent {} that nobody acknowledged", exact_bytes(all.cdn_unacknowledged)));
  }
  add_shares(answer, {groups.begin(), groups.end()}, groupings, order, limit);
  return answer;
}

}  // namespace waybill::tracker
