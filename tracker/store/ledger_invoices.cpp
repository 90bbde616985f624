// Invoices and credit notes, each series without a gap.
#include "tracker/store/sql_ledger_detail.h"

namespace waybill::tracker {

Status SqlLedger::add_invoice(const StoredInvoice& invoice) {
  return connection_.write([&]() -> Status {
    {
      auto last = connection_.query("SELECT coalesce(max(number), 0) FROM invoices WHERE series = ?");
      last.bind(invoice.series);
      const auto next = last.step() ? last.integer(0) + 1 : 1;
      if (invoice.number != next) {
        return refuse("the next number of series " + invoice.series + " is " + std::to_string(next) + ", not " +
                      std::to_string(invoice.number));
      }
    }
    connection_
        .query(
            "INSERT INTO invoices(series, number, hash, party_kind, party, period, statement_hash, currency, credits, "
            "issued, total_minor, text) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(invoice.series, invoice.number, Blob{invoice.hash}, static_cast<int>(invoice.party.kind),
              invoice.party.name, invoice.period, Blob{invoice.statement}, invoice.currency, invoice.credits,
              invoice.issued, invoice.total_minor, invoice.text)
        .run();
    return {};
  });
}

Result<std::vector<StoredInvoice>> SqlLedger::invoices(const InvoiceQuery& query) {
  return connection_.read([&]() -> Result<std::vector<StoredInvoice>> {
    std::vector<StoredInvoice> all;
    std::string sql =
        "SELECT series, number, hash, party_kind, party, period, statement_hash, currency, credits, issued, "
        "total_minor, text FROM invoices WHERE 1 = 1";
    if (query.series) sql += " AND series = ?";
    if (query.number) sql += " AND number = ?";
    if (query.party) sql += " AND party_kind = ? AND party = ?";
    if (query.statement) sql += " AND statement_hash = ?";
    if (query.credits) sql += " AND credits = ?";
    auto rows = connection_.query(sql + " ORDER BY series, number");
    if (query.series) rows.bind(*query.series);
    if (query.number) rows.bind(*query.number);
    if (query.party) rows.bind(static_cast<int>(query.party->kind), query.party->name);
    if (query.statement) rows.bind(Blob{*query.statement});
    if (query.credits) rows.bind(*query.credits);
    while (rows.step()) {
      all.push_back({rows.text(0),
                     rows.integer(1),
                     rows.bytes(2),
                     {static_cast<PartyKind>(rows.integer(3)), rows.text(4)},
                     rows.text(5),
                     rows.bytes(6),
                     rows.text(7),
                     rows.text(8),
                     rows.time(9),
                     rows.integer(10),
                     rows.text(11)});
    }
    return all;
  });
}

}  // namespace waybill::tracker
