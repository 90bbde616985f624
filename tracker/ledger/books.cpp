#include "tracker/ledger/books.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/ledger/usage_reading.h"

namespace waybill::tracker {

namespace {

Result<std::vector<AccountStatement>> read_all(const std::vector<ClosedPeriod>& rows) {
  std::vector<AccountStatement> statements;
  for (const auto& row : rows) {
    auto statement = read_account_statement(row.statement);
    if (!statement) return pass_on(statement.error(), fmt::format("{} of {}", row.name, row.party.name));
    statements.push_back(*std::move(statement));
  }
  return statements;
}

Result<SeriesEnd> end_of(Store& store, const std::string& series) {
  InvoiceQuery query;
  query.series = series;
  const auto rows = store.ledger().invoices(query);
  if (!rows) return tl::make_unexpected(rows.error());
  return rows->empty() ? SeriesEnd{} : SeriesEnd{rows->back().number, rows->back().hash};
}

Status keep(Store& store, const Invoice& invoice) {
  return store.ledger().add_invoice({invoice.series, invoice.number, invoice_hash(invoice), invoice.party,
                                     invoice.period, invoice.statement, invoice.currency.str(), invoice.credits,
                                     invoice.issued, invoice.total_minor, invoice_text(invoice)});
}

Result<Currency> only_currency(const AccountStatement& statement, const std::optional<Currency>& wanted) {
  if (wanted) return *wanted;
  if (statement.charges.totals.size() == 1) return statement.charges.totals.front().currency;
  if (statement.charges.totals.empty()) return refuse(statement.period + " has nothing to bill");
  return refuse(
      fmt::format("{} has totals in {} currencies: say which", statement.period, statement.charges.totals.size()));
}

}  // namespace

Result<Books> Books::of(Store& store, const Party& party) {
  if (party.kind == PartyKind::isp) {
    const auto isp = store.registry().find_isp(party.name);
    if (!isp) return tl::make_unexpected(isp.error());
    return Books(store, party, isp->timezone);
  }
  const auto contracts = owner_contracts(store, party.name);
  if (!contracts) return tl::make_unexpected(contracts.error());
  if (contracts->empty()) return refuse(fmt::format("owner '{}' has no contract", party.name));
  return Books(store, party, contracts->front().timezone);
}

Result<Charges> Books::isp_charges(const TimeWindow& window) {
  const auto isp = store_.registry().find_isp(party_.name);
  if (!isp) return tl::make_unexpected(isp.error());
  const auto agreements = isp_agreements(store_, *isp);
  if (!agreements) return tl::make_unexpected(agreements.error());
  const auto usage = isp_usage(store_, isp->id, window, usage_grain(*agreements, window));
  if (!usage) return tl::make_unexpected(usage.error());
  return price_isp(*agreements, *usage, window);
}

Result<Charges> Books::owner_charges(const TimeWindow& window) {
  const auto contracts = owner_contracts(store_, party_.name);
  if (!contracts) return tl::make_unexpected(contracts.error());
  const auto usage = owner_usage(store_, party_.name, window);
  if (!usage) return tl::make_unexpected(usage.error());
  const auto deliveries = owner_deliveries(store_, party_.name, window);
  if (!deliveries) return tl::make_unexpected(deliveries.error());
  return price_owner(*contracts, *usage, *deliveries, window);
}

Result<Charges> Books::charges(const TimeWindow& window) {
  return party_.kind == PartyKind::isp ? isp_charges(window) : owner_charges(window);
}

Result<std::vector<AccountStatement>> Books::closed_statements() {
  const auto rows = store_.ledger().closed_periods(party_);
  if (!rows) return tl::make_unexpected(rows.error());
  return read_all(*rows);
}

Result<std::optional<Period>> Books::closed(const std::string& period) {
  const auto rows = store_.ledger().closed_periods(party_);
  if (!rows) return tl::make_unexpected(rows.error());
  for (const auto& row : *rows) {
    if (row.name == period) return Period{row.party, row.name, row.window, row.closed_at, row.statement_hash};
  }
  return std::nullopt;
}

Result<std::vector<Period>> Books::periods(TimeMs now) {
  std::optional<TimeMs> first;
  const auto offer = [&](TimeMs from) { first = first ? std::min(*first, from) : from; };
  if (party_.kind == PartyKind::isp) {
    const auto isp = store_.registry().find_isp(party_.name);
    if (!isp) return tl::make_unexpected(isp.error());
    const auto agreements = isp_agreements(store_, *isp);
    if (!agreements) return tl::make_unexpected(agreements.error());
    for (const auto& agreement : *agreements) offer(agreement.from);
  } else {
    const auto contracts = owner_contracts(store_, party_.name);
    if (!contracts) return tl::make_unexpected(contracts.error());
    for (const auto& contract : *contracts) offer(contract.from);
  }
  std::vector<Period> periods;
  if (!first) return periods;
  auto calendar = LocalCalendar::of(timezone_);
  if (!calendar) return tl::make_unexpected(calendar.error());
  for (auto month = calendar->month_at(*first); month.window.from <= now; month = calendar->month_after(month)) {
    auto known = closed(month.name());
    if (!known) return tl::make_unexpected(known.error());
    periods.push_back(known->value_or(Period{party_, month.name(), month.window, std::nullopt, {}}));
  }
  return periods;
}

Result<AccountStatement> Books::statement(const std::string& name) {
  const auto statements = closed_statements();
  if (!statements) return tl::make_unexpected(statements.error());
  const auto period = make_period(party_, name, timezone_);
  if (!period) return tl::make_unexpected(period.error());
  std::vector<SettledMonth> earlier;
  for (const auto& settled : *statements) {
    if (settled.period == name) return settled;
    if (settled.window.from >= period->window.from) continue;
    auto now = charges(settled.window);
    if (!now) return pass_on(now.error(), settled.period);
    earlier.push_back({charged_for(settled.period, *statements), std::move(now->lines)});
  }
  const auto own = charges(period->window);
  if (!own) return tl::make_unexpected(own.error());
  return make_account_statement(party_, *period, timezone_, *own, earlier);
}

Result<AccountStatement> Books::close(const std::string& name, DurationMs grace, TimeMs now) {
  const auto all = periods(now);
  if (!all) return tl::make_unexpected(all.error());
  const auto found = std::find_if(all->begin(), all->end(), [&](const auto& period) { return period.name == name; });
  if (found == all->end()) {
    const auto period = make_period(party_, name, timezone_);
    if (!period) return tl::make_unexpected(period.error());
    return refuse(fmt::format("{} has no agreement up to the end of {}, or it has not begun", party_.name, name));
  }
  if (auto good = check_close(*found, *all, grace, now); !good) return tl::make_unexpected(good.error());
  Result<AccountStatement> result = fail("not run");
  const auto done = store_.transact([&]() -> Status {
    result = statement(name);
    if (!result) return tl::make_unexpected(result.error());
    const auto posted = post(*result);
    if (auto kept = store_.ledger().close_period(
            {party_, name, found->window, now, statement_hash(*result), account_statement_text(*result)});
        !kept) {
      return kept;
    }
    const auto added = store_.ledger().add_transaction({transaction_id(posted), now, posted});
    return added ? Status{} : tl::make_unexpected(added.error());
  });
  if (!done) return tl::make_unexpected(done.error());
  return result;
}

Result<Books::Issued> Books::issue(const std::string& name, const std::optional<std::string>& series,
                                   const std::string& issuer, const std::optional<Currency>& currency, TimeMs now) {
  auto period = make_period(party_, name, timezone_);
  if (!period) return tl::make_unexpected(period.error());
  const auto known = closed(name);
  if (!known) return tl::make_unexpected(known.error());
  if (auto good = check_invoice(known->value_or(*period), now); !good) return tl::make_unexpected(good.error());
  const auto billed = statement(name);
  if (!billed) return tl::make_unexpected(billed.error());
  const auto paid_in = only_currency(*billed, currency);
  if (!paid_in) return tl::make_unexpected(paid_in.error());
  Issued issued;
  const auto done = store_.transact([&]() -> Status {
    InvoiceQuery query;
    query.statement = statement_hash(*billed);
    query.credits = "";
    const auto before = store_.ledger().invoices(query);
    if (!before) return tl::make_unexpected(before.error());
    for (const auto& row : *before) {
      if (row.currency != paid_in->str()) continue;
      auto invoice = read_invoice(row.text);
      if (!invoice) return tl::make_unexpected(invoice.error());
      issued = {*std::move(invoice), true};
      return {};
    }
    const auto wanted = series.value_or(default_series(party_.kind, InvoiceKind::invoice));
    const auto end = end_of(store_, wanted);
    if (!end) return tl::make_unexpected(end.error());
    auto invoice = make_invoice({wanted, issuer, now}, *end, *billed, *paid_in);
    if (!invoice) return tl::make_unexpected(invoice.error());
    issued = {*std::move(invoice), false};
    return keep(store_, issued.invoice);
  });
  if (!done) return tl::make_unexpected(done.error());
  return issued;
}

Result<Invoice> find_invoice(Store& store, const std::string& full_number) {
  const auto rows = store.ledger().invoices({});
  if (!rows) return tl::make_unexpected(rows.error());
  for (const auto& row : *rows) {
    if (fmt::format("{}-{:06}", row.series, row.number) == full_number) return read_invoice(row.text);
  }
  return refuse(fmt::format("there is no invoice {}", full_number));
}

Result<Invoice> credit_invoice(Store& store, const std::string& number, const std::vector<CreditedLine>& lines,
                               const std::string& reason, const std::string& issuer, TimeMs now) {
  Result<Invoice> result = fail("not run");
  const auto done = store.transact([&]() -> Status {
    const auto invoice = find_invoice(store, number);
    if (!invoice) return tl::make_unexpected(invoice.error());
    const auto books = Books::of(store, invoice->party);
    if (!books) return tl::make_unexpected(books.error());
    InvoiceQuery query;
    query.credits = number;
    const auto rows = store.ledger().invoices(query);
    if (!rows) return tl::make_unexpected(rows.error());
    std::vector<Invoice> earlier;
    for (const auto& row : *rows) {
      auto credit = read_invoice(row.text);
      if (!credit) return tl::make_unexpected(credit.error());
      earlier.push_back(*std::move(credit));
    }
    const auto series = default_series(invoice->party.kind, InvoiceKind::credit_note);
    const auto end = end_of(store, series);
    if (!end) return tl::make_unexpected(end.error());
    result = make_credit_note({series, issuer, now}, *end, *invoice, earlier, lines, reason, books->timezone());
    if (!result) return tl::make_unexpected(result.error());
    if (auto kept = keep(store, *result); !kept) return kept;
    const auto posted = post(*result, *invoice);
    const auto added = store.ledger().add_transaction({transaction_id(posted), now, posted});
    return added ? Status{} : tl::make_unexpected(added.error());
  });
  if (!done) return tl::make_unexpected(done.error());
  return result;
}

}  // namespace waybill::tracker
