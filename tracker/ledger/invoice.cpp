#include "tracker/ledger/invoice.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

Result<Invoice> begin(InvoiceKind kind, const InvoiceRequest& request, const SeriesEnd& end) {
  if (auto good = check_series_name(request.series); !good) return tl::make_unexpected(good.error());
  if (auto good = check_party(request.issuer, "the operator's name"); !good) return tl::make_unexpected(good.error());
  Invoice invoice;
  invoice.kind = kind;
  invoice.series = request.series;
  invoice.number = end.number + 1;
  invoice.previous = end.hash;
  invoice.issuer = request.issuer;
  invoice.issued = request.issued;
  return invoice;
}

Status set_date(Invoice& invoice, const std::string& timezone) {
  const auto local = format_local_time(invoice.issued, timezone);
  if (!local) return tl::make_unexpected(local.error());
  invoice.issue_date = local->substr(0, 10);
  return {};
}

Status set_total(Invoice& invoice) {
  invoice.total_minor = 0;
  for (const auto& line : invoice.lines) {
    const auto sum = add_minor(invoice.total_minor, line.amount_minor);
    if (!sum) return tl::make_unexpected(sum.error());
    invoice.total_minor = *sum;
  }
  return {};
}

// What is not credited yet of each line, by position.
std::vector<std::int64_t> left_of(const Invoice& invoice, const std::vector<Invoice>& credits) {
  std::vector<std::int64_t> left;
  for (const auto& line : invoice.lines) left.push_back(line.amount_minor);
  for (const auto& credit : credits) {
    for (const auto& line : credit.lines) left.at(static_cast<std::size_t>(line.credits_line - 1)) -= line.amount_minor;
  }
  return left;
}

Status check_credited(const CreditedLine& credited, const Invoice& invoice, const std::vector<std::int64_t>& all_left) {
  const auto number = invoice.full_number();
  if (credited.line < 1 || credited.line > static_cast<int>(all_left.size())) {
    return refuse(fmt::format("{} has no line {}", number, credited.line));
  }
  const auto left = all_left[static_cast<std::size_t>(credited.line - 1)];
  const auto amount = credited.amount_minor;
  const bool within = left > 0 ? amount > 0 && amount <= left : amount < 0 && amount >= left;
  if (!within) {
    return refuse(fmt::format("line {} of {}: {} cannot be credited, {} is left of it", credited.line, number,
                              format_minor(amount, invoice.currency), format_minor(left, invoice.currency)));
  }
  return {};
}

}  // namespace

const char* name_of(InvoiceKind kind) { return kind == InvoiceKind::invoice ? "invoice" : "credit note"; }

std::string default_series(PartyKind party, InvoiceKind kind) {
  if (kind == InvoiceKind::invoice) return party == PartyKind::owner ? "INV" : "SBI";
  return party == PartyKind::owner ? "CN" : "SBC";
}

Status check_series_name(const std::string& series) {
  const bool good = std::all_of(series.begin(), series.end(),
                                [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; });
  if (good && !series.empty() && series.size() <= 20) return {};
  return refuse(fmt::format("'{}' is not the name of a series: 1 to 20 of A-Z, 0-9 and -", series));
}

std::string Invoice::full_number() const { return fmt::format("{}-{:06}", series, number); }

Result<Invoice> make_invoice(const InvoiceRequest& request, const SeriesEnd& end, const AccountStatement& statement,
                             Currency currency) {
  auto invoice = begin(InvoiceKind::invoice, request, end);
  if (!invoice) return invoice;
  invoice->party = statement.party;
  invoice->period = statement.period;
  invoice->window = statement.window;
  invoice->currency = currency;
  invoice->statement = statement_hash(statement);
  if (auto dated = set_date(*invoice, statement.timezone); !dated) return tl::make_unexpected(dated.error());
  for (const auto& line : statement.charges.lines) {
    if (line.price.currency != currency) continue;
    const auto number = static_cast<int>(invoice->lines.size()) + 1;
    invoice->lines.push_back({number, line_description(line), line.amount_minor, line, 0});
  }
  if (invoice->lines.empty()) {
    return refuse(fmt::format("the statement of {} for {} has no line in {}", statement.period, statement.party.name,
                              currency.str()));
  }
  if (auto summed = set_total(*invoice); !summed) return tl::make_unexpected(summed.error());
  if (invoice->total_minor < 0) {
    return refuse(fmt::format("the statement of {} for {} owes {} {} back: write a credit note on an earlier invoice",
                              statement.period, statement.party.name, format_minor(-invoice->total_minor, currency),
                              currency.str()));
  }
  return invoice;
}

Result<Invoice> make_credit_note(const InvoiceRequest& request, const SeriesEnd& end, const Invoice& invoice,
                                 const std::vector<Invoice>& earlier, const std::vector<CreditedLine>& lines,
                                 const std::string& reason, const std::string& timezone) {
  const auto number = invoice.full_number();
  if (invoice.kind != InvoiceKind::invoice) {
    return refuse(fmt::format("{} is a credit note: only an invoice is credited", number));
  }
  if (auto good = check_party(reason, "the reason of a credit note"); !good) return tl::make_unexpected(good.error());
  auto credit = begin(InvoiceKind::credit_note, request, end);
  if (!credit) return credit;
  credit->party = invoice.party;
  credit->period = invoice.period;
  credit->window = invoice.window;
  credit->currency = invoice.currency;
  credit->statement = invoice.statement;
  credit->credits = number;
  credit->reason = reason;
  if (auto dated = set_date(*credit, timezone); !dated) return tl::make_unexpected(dated.error());
  auto left = left_of(invoice, earlier);
  auto wanted = lines;
  if (wanted.empty()) {
    for (const auto& line : invoice.lines) {
      const auto rest = left[static_cast<std::size_t>(line.number - 1)];
      if (rest != 0) wanted.push_back({line.number, rest});
    }
  }
  if (wanted.empty()) return refuse(fmt::format("nothing is left to credit of {}", number));
  for (const auto& credited : wanted) {
    if (auto good = check_credited(credited, invoice, left); !good) return tl::make_unexpected(good.error());
    const auto index = static_cast<std::size_t>(credited.line - 1);
    left[index] -= credited.amount_minor;
    const auto& line = invoice.lines[index];
    credit->lines.push_back({static_cast<int>(credit->lines.size()) + 1, "credit of: " + line.description,
                             credited.amount_minor, std::nullopt, credited.line});
  }
  if (auto summed = set_total(*credit); !summed) return tl::make_unexpected(summed.error());
  return credit;
}

LedgerTransaction post(const Invoice& credit_note, const Invoice& invoice) {
  WAYBILL_ASSERT(credit_note.kind == InvoiceKind::credit_note && credit_note.credits == invoice.full_number(),
                 "a credit note is posted against another invoice");
  LedgerTransaction transaction;
  transaction.date = credit_note.issue_date;
  transaction.description = fmt::format("{} {}: credit note {} on {}", name_of(invoice.party.kind), invoice.party.name,
                                        credit_note.full_number(), credit_note.credits);
  transaction.source = "credit note " + to_hex(invoice_hash(credit_note));
  const std::int64_t sign = invoice.party.kind == PartyKind::owner ? 1 : -1;
  std::map<LedgerAccount, std::int64_t> sums;
  for (const auto& line : credit_note.lines) {
    const auto& credited = invoice.lines[static_cast<std::size_t>(line.credits_line - 1)];
    sums[party_account(invoice.party)] -= sign * line.amount_minor;
    sums[contra_account(invoice.party, credited.charge.value())] += sign * line.amount_minor;
  }
  for (const auto& [account, sum] : sums) {
    if (sum != 0) transaction.postings.push_back({account, invoice.currency, sum, ""});
  }
  WAYBILL_ASSERT(check_balanced(transaction), "the postings of a credit note do not balance");
  return transaction;
}

Status check(const Invoice& invoice) {
  if (auto good = check_series_name(invoice.series); !good) return good;
  if (invoice.number < 1) return refuse("an invoice's number is 1 or above");
  if ((invoice.number == 1) != invoice.previous.empty()) return refuse("only the first of a series follows none");
  const bool credit = invoice.kind == InvoiceKind::credit_note;
  if (credit == invoice.credits.empty() || credit == invoice.reason.empty()) {
    return refuse("a credit note names its invoice and its reason, an invoice neither");
  }
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < invoice.lines.size(); ++i) {
    const auto& line = invoice.lines[i];
    if (line.number != static_cast<int>(i) + 1) return refuse("the lines are not numbered 1, 2, 3 ...");
    if (line.charge.has_value() == credit || (line.credits_line > 0) != credit) {
      return refuse(
          fmt::format("line {}: an invoice's line has its charge, a credit note's the line it credits", line.number));
    }
    if (line.charge) {
      auto again = *line.charge;
      if (auto computed = set_amount(again); !computed) return computed;
      if (again.amount_minor != line.amount_minor || again != *line.charge ||
          again.price.currency != invoice.currency || line.description != line_description(again)) {
        return refuse(fmt::format("line {} does not follow from its figures", line.number));
      }
    }
    const auto added = add_minor(sum, line.amount_minor);
    if (!added) return tl::make_unexpected(added.error());
    sum = *added;
  }
  return sum == invoice.total_minor ? Status{} : refuse("the total is not the sum of the lines");
}

Status check_series(const std::vector<Invoice>& invoices) {
  ByteString previous;
  for (std::size_t i = 0; i < invoices.size(); ++i) {
    const auto& invoice = invoices[i];
    if (invoice.series != invoices.front().series) return refuse("invoices of two series");
    if (invoice.number != static_cast<std::int64_t>(i) + 1) {
      return refuse(fmt::format("series {}: number {} is missing", invoice.series, i + 1));
    }
    if (invoice.previous != previous) {
      return refuse(fmt::format("{} does not follow the one before: one of them was changed", invoice.full_number()));
    }
    if (auto good = check(invoice); !good) return pass_on(good.error(), invoice.full_number());
    previous = invoice_hash(invoice);
  }
  return {};
}

}  // namespace waybill::tracker
