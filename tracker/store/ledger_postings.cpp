// Closed periods, transactions and the secret of pseudonyms.
#include "common/types/check.h"
#include "tracker/store/sql_ledger_detail.h"

namespace waybill::tracker {

namespace {

bool balances(const LedgerTransaction& transaction) {
  __extension__ using Wide = __int128;
  std::map<Currency, Wide> sums;
  for (const auto& posting : transaction.postings) sums[posting.currency] += posting.amount_minor;
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) return false;
  }
  return true;
}

Result<Posting> read_posting(const SqlRow& row, int first) {
  auto currency = Currency::parse(row.text(first + 2));
  if (!currency) return pass_on(currency.error(), "a stored posting");
  return Posting{{static_cast<AccountRole>(row.integer(first)), row.text(first + 1)},
                 *currency,
                 row.integer(first + 3),
                 row.text(first + 4)};
}

}  // namespace

Status SqlLedger::close_period(const ClosedPeriod& period) {
  return connection_.write([&]() -> Status {
    const auto kind = static_cast<int>(period.party.kind);
    {
      auto taken = connection_.query("SELECT 1 FROM closed_periods WHERE party_kind = ? AND party = ? AND name = ?");
      if (taken.bind(kind, period.party.name, period.name).step()) {
        return refuse(period.name + " of " + period.party.name + " is closed already");
      }
    }
    connection_
        .query(
            "INSERT INTO closed_periods(party_kind, party, name, from_ms, until_ms, closed_at, statement_hash, "
            "statement) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(kind, period.party.name, period.name, period.window.from, period.window.until, period.closed_at,
              Blob{period.statement_hash}, period.statement)
        .run();
    return {};
  });
}

Result<std::vector<ClosedPeriod>> SqlLedger::closed_periods(const std::optional<Party>& party) {
  return connection_.read([&]() -> Result<std::vector<ClosedPeriod>> {
    std::vector<ClosedPeriod> all;
    const int kind = party ? static_cast<int>(party->kind) : 0;
    const auto name = party ? party->name : std::string();
    auto rows = connection_.query(
        "SELECT party_kind, party, name, from_ms, until_ms, closed_at, statement_hash, statement FROM closed_periods "
        "WHERE CAST(? AS INTEGER) = 0 OR (party_kind = ? AND party = ?) ORDER BY party_kind, party, from_ms");
    rows.bind(kind, kind, name);
    while (rows.step()) {
      all.push_back({{static_cast<PartyKind>(rows.integer(0)), rows.text(1)},
                     rows.text(2),
                     {rows.time(3), rows.time(4)},
                     rows.time(5),
                     rows.bytes(6),
                     rows.text(7)});
    }
    return all;
  });
}

Result<bool> SqlLedger::add_transaction(const StoredTransaction& transaction) {
  WAYBILL_ASSERT(balances(transaction.transaction), "a transaction that does not balance comes to the books");
  return connection_.write([&]() -> Result<bool> {
    {
      auto known = connection_.query("SELECT 1 FROM ledger_transactions WHERE id = ?");
      if (known.bind(Blob{transaction.id}).step()) return false;
    }
    const auto& content = transaction.transaction;
    connection_.query("INSERT INTO ledger_transactions(id, recorded, date, description, source) VALUES(?, ?, ?, ?, ?)")
        .bind(Blob{transaction.id}, transaction.recorded, content.date, content.description, content.source)
        .run();
    auto rows = connection_.insert_many(
        "INSERT INTO ledger_postings(transaction_id, number, role, party, currency, amount, memo) "
        "VALUES(?, ?, ?, ?, ?, ?, ?)");
    int number = 0;
    for (const auto& posting : content.postings) {
      const auto currency = posting.currency.str();
      rows.add(Blob{transaction.id}, ++number, static_cast<int>(posting.account.role), posting.account.party, currency,
               posting.amount_minor, posting.memo);
    }
    rows.run();
    return true;
  });
}

Status SqlLedger::each_transaction(const std::function<Status(const StoredTransaction&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(
        "SELECT t.id, t.recorded, t.date, t.description, t.source, p.number, p.role, p.party, p.currency, p.amount, "
        "p.memo FROM ledger_transactions t LEFT JOIN ledger_postings p ON p.transaction_id = t.id "
        "ORDER BY t.date, t.recorded, t.id, p.number");
    std::optional<StoredTransaction> present;
    while (rows.step()) {
      const auto id = rows.bytes(0);
      if (present && present->id != id) {
        if (auto status = visit(*present); !status) return status;
        present.reset();
      }
      if (!present) present = StoredTransaction{id, rows.time(1), {rows.text(2), rows.text(3), rows.text(4), {}}};
      if (rows.is_null(5)) continue;  // a transaction without a posting
      auto posting = read_posting(rows, 6);
      if (!posting) return pass_on(posting);
      present->transaction.postings.push_back(*std::move(posting));
    }
    return present ? visit(*present) : Status{};
  });
}

Result<ByteString> SqlLedger::pseudonym_secret(const ByteString& fresh) {
  return connection_.write([&]() -> Result<ByteString> {
    {
      auto known = connection_.query("SELECT value FROM ledger_secrets WHERE name = 'pseudonyms'");
      if (known.step()) return known.bytes(0);
    }
    connection_.query("INSERT INTO ledger_secrets(name, value) VALUES('pseudonyms', ?)").bind(Blob{fresh}).run();
    return fresh;
  });
}

}  // namespace waybill::tracker
