#include <map>
#include <tuple>

#include <fmt/format.h>

#include "tracker/settlement/export_reading_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string name_of_line(const ChargeLine& line) {
  auto text = fmt::format("the {} line of {}, agreement {}", name_of(line.kind), line.month, line.agreement.value);
  if (!is_volume(line.kind)) return text;
  return fmt::format("{}, {}, {}, {}, tier {}, {}", text, line.on_net ? "on-net" : "off-net",
                     name_of(line.content_class), line.peak ? "peak" : "off-peak", line.tier + 1, line.owner);
}

// Each line is of an agreement that the statement carries, at that agreement's price.
Status check_prices(const Statement& statement) {
  std::map<AgreementId, const IspAgreement*> terms;
  for (const auto& agreement : statement.agreements) terms[agreement.id] = &agreement;
  for (const auto& line : statement.charges.lines) {
    const auto found = terms.find(line.agreement);
    if (found == terms.end()) return refuse(name_of_line(line) + ": the statement does not carry this agreement");
    const auto price = agreed_price(found->second->tariff, line);
    if (!price) return pass_on(price.error(), name_of_line(line));
    if (*price != line.price) {
      return refuse(fmt::format("{}: its price is {} {}, by the terms {} {}", name_of_line(line),
                                format_exact(line.price), line.price.currency.str(), format_exact(*price),
                                price->currency.str()));
    }
  }
  return {};
}

Result<Charges> price_proof(const Statement& statement, const Proof& proof) {
  UsageCount count(usage_grain(statement.agreements, statement.window));
  for (const auto& receipt : proof.receipts) {
    if (const auto added = count.add(receipt.usage); !added) return tl::make_unexpected(added.error());
  }
  return price_isp(statement.agreements, count.usage(), statement.window);
}

std::string figures_of(const ChargeLine* line) {
  if (line == nullptr) return "no such line";
  return fmt::format("{} by {} receipts, {} {}", line->quantity, line->receipts,
                     format_minor(line->amount_minor, line->price.currency), line->price.currency.str());
}

Status compare(const Charges& told, const Charges& proven) {
  std::map<ChargeKey, std::pair<const ChargeLine*, const ChargeLine*>> lines;
  for (const auto& line : told.lines) lines[key_of(line)].first = &line;
  for (const auto& line : proven.lines) lines[key_of(line)].second = &line;
  for (const auto& [key, both] : lines) {
    const auto& [stated, follows] = both;
    if (stated != nullptr && follows != nullptr && *stated == *follows) continue;
    return refuse(fmt::format("{}: the statement says {}; the receipts, priced by the terms, make {}",
                              name_of_line(stated != nullptr ? *stated : *follows), figures_of(stated),
                              figures_of(follows)));
  }
  if (told != proven) return refuse("the totals are not what the receipts, priced by the terms, make");
  return {};
}

Status compare_unacknowledged(const Statement& statement, const Proof& proof) {
  std::map<std::tuple<bool, ContentClass, std::string>, std::int64_t> sums;
  for (const auto& [usage, sent] : proof.receipts) {
    auto& sum = sums[{!usage.on_net, usage.content_class, usage.owner}];
    if (__builtin_add_overflow(sum, sent.value - usage.acked.value, &sum)) return refuse("the sent bytes do not fit");
  }
  std::vector<UnacknowledgedLine> proven;
  for (const auto& [key, bytes] : sums) {
    const auto& [off_net, content_class, owner] = key;
    if (bytes != 0) proven.push_back({!off_net, content_class, owner, {bytes}});
  }
  if (proven == statement.unacknowledged) return {};
  return refuse("the unacknowledged bytes are not what the receipts make");
}

Result<VerifiedExport> verify_read(const ReadExport& read) {
  const auto& statement = read.statement;
  if (const auto good = check(statement.charges); !good) return tl::make_unexpected(good.error());
  if (const auto good = check_prices(statement); !good) return tl::make_unexpected(good.error());
  VerifiedExport verified{read.tracker_key, statement};
  if (!read.evidence && !read.items) return verified;
  verified.proof = read.evidence ? ProofKind::evidence : ProofKind::items;
  const auto proof = read.evidence ? prove_evidence(read) : prove_items(read);
  if (!proof) return tl::make_unexpected(proof.error());
  const auto proven = price_proof(statement, *proof);
  if (!proven) return tl::make_unexpected(proven.error());
  if (const auto same = compare(statement.charges, *proven); !same) return tl::make_unexpected(same.error());
  if (const auto same = compare_unacknowledged(statement, *proof); !same) return tl::make_unexpected(same.error());
  verified.orders = proof->orders;
  verified.receipts = static_cast<std::int64_t>(proof->receipts.size());
  return verified;
}

}  // namespace

Result<VerifiedExport> verify_export(const std::string& text, const std::optional<crypto::PublicKey>& expected_key) {
  auto read = read_export(text);
  if (!read) return pass_on(read);
  if (expected_key && *expected_key != read->tracker_key) {
    return refuse(
        fmt::format("the export is signed by tracker key {}, not by the expected one", read->tracker_key.hex()));
  }
  try {
    return verify_read(*read);
  } catch (const json::exception& error) {
    return refuse(fmt::format("the evidence cannot be read: {}", error.what()));
  }
}

}  // namespace waybill::tracker
