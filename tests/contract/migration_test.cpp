// Books of an earlier version: what a later one counts beside them is worked out when they are opened.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tracker/store/migrations_detail.h"
#include "tracker/store/postgres_text_detail.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr std::size_t kBeforeCounters = 8;         // the last schema without counters of longer spans and components
constexpr std::size_t kBeforeUnacknowledged = 14;  // the last one without counters of what nobody acknowledges

// Receipts of two months of three ISPs, on-net and off-net, of two owners and a CDN node; of stock clients where asked.
void fill(test::IngestUnderTest& books, bool stock) {
  std::vector<sample::OrderPlan> plans;
  for (int number = 0; number < 30; ++number) {
    sample::OrderPlan plan;
    plan.number = number;
    plan.source_isp = {1 + number % 3};
    plan.destination_isp = {1 + number / 3 % 3};
    plan.agreement = {number % 5 == 0 ? 0 : plan.source_isp.value};
    plan.owner = number % 2 == 0 ? "MovieStudio" : "Label";
    plan.content_class = number % 7 == 0 ? ContentClass::live : ContentClass::file;
    plan.not_before = sample::kNoon + hours(-50 * number);
    plan.not_after = plan.not_before + hours(60);
    plan.stock = stock && number % 4 == 0;
    plans.push_back(plan);
  }
  books.issue(plans);
  for (const auto& plan : plans) {
    for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
      sample::ReceiptPlan receipt;
      receipt.sequence = sequence;
      receipt.sent_total = receipt.sent * sequence;
      if (plan.stock) {
        receipt.acked_total = std::nullopt;
      } else {
        receipt.acked_total = receipt.sent_total;
      }
      receipt.acked_pieces = sequence;
      receipt.start = plan.not_before;
      receipt.end = plan.not_before + minutes(7 * sequence);
      REQUIRE(books.submit_one(sample::receipt_of(plan, receipt)) == protocol::ReceiptStatus::recorded);
    }
  }
}

// Every counter that was worked out, by what it stands for.
std::vector<std::string> counted(Store& store) {
  std::vector<std::string> all;
  const auto text = [](const Counters& counters) {
    return std::to_string(counters.acked.value) + "/" + std::to_string(counters.sent.value) + "/" +
           std::to_string(counters.receipts);
  };
  const auto name = [](Span span) {
    return std::to_string(static_cast<int>(span.grain)) + ":" + std::to_string(span.number) + " ";
  };
  REQUIRE(store.accounts().each_span([&](const AccountSpan& span) -> Status {
    all.push_back(std::to_string(static_cast<int>(span.object.kind)) + span.object.owner +
                  std::to_string(span.object.from.value) + ">" + std::to_string(span.object.to.value) +
                  (span.object.cdn_node ? "cdn " : " ") + name(span.span) + text(span.counters));
    return {};
  }));
  REQUIRE(store.accounts().each_component_counter([&](const ComponentCounter& counter) -> Status {
    all.push_back(counter.key + counter.owner + name(counter.span) + text(counter.counters));
    return {};
  }));
  REQUIRE(store.accounts().each_uplink_counter([&](const UplinkCounter& counter) -> Status {
    all.push_back(std::to_string(counter.isp.value) + counter.owner + std::to_string(counter.start.value) +
                  text(counter.counters));
    return {};
  }));
  REQUIRE(store.accounts().each_unacknowledged_counter([&](const UnacknowledgedCounter& counter) -> Status {
    all.push_back("unacknowledged " + std::to_string(counter.isp.value) + counter.owner +
                  std::to_string(counter.start.value) + (counter.on_net ? "on" : "off") +
                  (counter.cdn_node ? "cdn " : " ") + std::to_string(counter.agreement.value) + " " +
                  std::to_string(counter.sent.value) + "/" + std::to_string(counter.receipts));
    return {};
  }));
  std::sort(all.begin(), all.end());
  return all;
}

// The same rows under the schema of then, at another place.
void make_older(const contract::SqliteEngine& from, const contract::SqliteEngine& to, std::size_t steps) {
  SQLite::Database older(to.where(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (std::size_t step = 0; step < steps; ++step) older.exec(migrations()[step].sqlite);
  older.exec("DELETE FROM settings");
  older.exec("ATTACH '" + from.where() + "' AS later");
  std::vector<std::string> tables;
  {
    SQLite::Statement names(older,
                            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (names.executeStep()) tables.push_back(names.getColumn(0).getString());
  }
  for (const auto& table : tables) {
    std::string columns, values;
    SQLite::Statement info(older, "SELECT name, name IN (SELECT name FROM pragma_table_info('" + table +
                                      "', 'later')) FROM pragma_table_info('" + table + "', 'main')");
    while (info.executeStep()) {
      const auto name = info.getColumn(0).getString();
      columns += (columns.empty() ? "" : ", ") + name;
      values += (values.empty() ? "" : ", ") + (info.getColumn(1).getInt() != 0 ? name : "NULL");  // later dropped it
    }
    older.exec("INSERT INTO main." + table + "(" + columns + ") SELECT " + values + " FROM later." + table);
  }
  older.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  older.exec("PRAGMA user_version = " + std::to_string(steps));
}

std::string schema_of(const std::string& url) {
  return contract::PostgresServer::ask(url, "SELECT current_schema()").at(0);
}

void make_older(const contract::PostgresEngine& from, const contract::PostgresEngine& to, std::size_t steps) {
  const auto run = [&](const std::string& sql) { contract::PostgresServer::ask(to.where(), sql); };
  for (std::size_t step = 0; step < steps; ++step) run(postgres_schema_text(migrations()[step].sqlite));
  run("DELETE FROM settings");
  const auto later = schema_of(from.where());
  // Those that refer to others after them: the receipts' foreign keys stand.
  const auto tables = contract::PostgresServer::ask(
      to.where(),
      "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND "
      "relkind = 'r' ORDER BY oid");
  for (const auto& table : tables) {
    // What was dropped later is not copied.
    const auto columns =
        contract::PostgresServer::ask(
            to.where(),
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns c WHERE table_schema = "
            "current_schema() AND table_name = '" +
                table + "' AND EXISTS (SELECT 1 FROM information_schema.columns l WHERE l.table_schema = '" + later +
                "' AND l.table_name = c.table_name AND l.column_name = c.column_name)")
            .at(0);
    run("INSERT INTO " + table + "(" + columns + ") SELECT " + columns + " FROM " + later + "." + table);
  }
  run("CREATE TABLE waybill_schema(application bigint NOT NULL, version bigint NOT NULL)");
  run("INSERT INTO waybill_schema VALUES(" + std::to_string(kApplicationId) + ", " + std::to_string(steps) + ")");
}

}  // namespace

TEST_CASE_TEMPLATE("books of an earlier version are filled when they are opened", Engine, WAYBILL_ENGINES) {
  for (const auto steps : {kBeforeCounters, kBeforeUnacknowledged}) {
    CAPTURE(steps);
    const bool stock = steps == kBeforeUnacknowledged;  // earlier ones know of no stock clients
    const Engine later, older;
    std::vector<std::string> expected;
    {
      test::IngestUnderTest books(later.where());
      fill(books, stock);
      books.on_store([&](Store& store) { expected = counted(store); });
    }
    make_older(later, older, steps);
    auto store = open_store(older.where());
    REQUIRE_MESSAGE(store, store.error().message);
    CHECK(counted(**store) == expected);
    CHECK(expected.size() > 300);
    CHECK(std::count_if(expected.begin(), expected.end(),
                        [](const auto& text) { return text.starts_with("unacknowledged"); }) == (stock ? 24 : 0));
    const auto report = audit(**store, {sample::key_of("tracker").public_key()});
    REQUIRE(report);
    CHECK_MESSAGE(report->sound(), report->faults.front());
    CHECK(report->receipts == 90);
  }
}
