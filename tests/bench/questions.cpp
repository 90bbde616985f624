// The five questions of FIG. 7 and the matrix of all ISPs over one, three and ten million receipts of a year, asked of
// the books and, beside it, as plain SQL of the single receipts. SQLite; 200 ISPs, 50 owners.
//
// The receipts are recorded through the store's interfaces, in batches of one sending ISP each. Their envelopes are as
// long as real ones and not signed: nobody opens them here.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>

#include "common/types/check.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/tally.h"
#include "tracker/paths/path_resolver.h"
#include "tracker/reports/day_hours.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kYear{1'767'225'600'000};  // 2026-01-01T00:00Z
constexpr TimeMs kNextYear{kYear.value + hours(24 * 365).value};
constexpr int kIsps = 200;
constexpr int kOwners = 50;
constexpr int kContents = 2000;
constexpr int kClientsOfIsp = 500;
constexpr int kNeighbours = 12;  // ISPs that an ISP's customers fetch from beside their own
constexpr int kCdnIsps = 4;      // that house CDN nodes
constexpr int kRouters = 10;     // at the edge of each ISP
constexpr int kOrderReceipts = 4;
constexpr int kFileOrders = 4;  // that bring one whole file

struct Size {
  std::vector<std::int64_t> stages{1'000'000, 3'000'000, 10'000'000};
  std::int64_t batch = 20'000;  // receipts of a transaction
  int rounds = 5;               // of each question; the median counts
};

std::string owner_of(int content) { return fmt::format("Owner {:02}", content % kOwners); }
ContentId content_id(int number) {
  auto bytes = ByteString(ContentId::kSize, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return *ContentId::from_bytes(bytes);
}
AgentKey client_key(int isp, int number) {
  auto bytes = ByteString(AgentKey::kSize, '\1');
  std::memcpy(bytes.data(), &isp, sizeof isp);
  std::memcpy(bytes.data() + sizeof isp, &number, sizeof number);
  return *AgentKey::from_bytes(bytes);
}

std::shared_ptr<const PathTables> tables_of_all() {
  std::vector<IspName> names;
  std::vector<PrefixEntry> prefixes;
  for (int isp = 1; isp <= kIsps; ++isp) {
    names.push_back({{isp}, fmt::format("SP{}", isp)});
    prefixes.push_back({{IpAddress::from_v4(0xC6120000u + (static_cast<std::uint32_t>(isp) << 8)), 24}, {isp}});
  }
  return std::make_shared<const PathTables>(*PathTables::build(1, std::move(names), std::move(prefixes), {}));
}

// Few are asked for often, many now and then.
class Popularity {
 public:
  explicit Popularity(int count) {
    for (int i = 1; i <= count; ++i) weights_.push_back(1.0 / i);
    pick_ = std::discrete_distribution<int>(weights_.begin(), weights_.end());
  }
  int operator()(std::mt19937_64& random) { return pick_(random); }

 private:
  std::vector<double> weights_;
  std::discrete_distribution<int> pick_;
};

class History {
 public:
  explicit History(Store& store) : store_(store) {
    for (int isp = 1; isp <= kIsps; ++isp) {
      Isp added;
      added.name = fmt::format("SP{}", isp);
      added.timezone = "Europe/Berlin";
      WAYBILL_ASSERT(store.registry().add_isp(added), "the bench adds each ISP once");
    }
    const auto order = sample::issue({});
    order_envelope_ = order.order.envelope;
    receipt_envelope_ = sample::receipt_of({}, {});
  }

  // Further receipts of the whole year, ISP by ISP.
  void add(std::int64_t receipts, std::int64_t batch) {
    for (int source = 1; source <= kIsps; ++source) {
      const bool cdn = source <= kCdnIsps;
      // A fifth of all is sent by CDN nodes.
      auto left = cdn ? receipts / 5 / kCdnIsps : receipts * 4 / 5 / (kIsps - kCdnIsps);
      for (; left > 0; left -= batch) add_batch(source, cdn, std::min(left, batch));
    }
  }

 private:
  struct Batch {
    std::vector<IssuedOrder> orders;
    std::vector<NewReceipt> receipts;
    std::vector<OrderState> states;
    std::vector<StoredDelivery> deliveries;
    Tally tally;
  };

  int destination(int source, bool cdn) {
    const auto dice = random_() % 100;
    if (cdn) return 1 + popular_isp_(random_);
    if (dice < 65) return source;
    return 1 + (source + static_cast<int>(random_() % kNeighbours)) % kIsps;
  }
  // Two thirds in the evening.
  TimeMs moment() {
    const auto day = static_cast<std::int64_t>(random_() % 365);
    const auto minute = random_() % 3 == 0 ? random_() % 1440 : 1020 + random_() % 420;
    return kYear + hours(24 * day) + minutes(static_cast<std::int64_t>(minute));
  }
  const std::shared_ptr<const PathToRecord>& path(int from, int to, int router) {
    auto& known = paths_[{from, to, router}];
    if (!known) {
      known = path_to_record(resolve(sample::path_between({from}, {to}, router), {from}, {to}, *tables_));
    }
    return known;
  }
  OrderId next_id(int source) {
    auto bytes = ByteString(OrderId::kSize, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
      const auto word = random_();
      std::memcpy(bytes.data() + at, &word, 8);
    }
    bytes[0] = static_cast<char>(source);  // one ISP's lie together: the index is built in bearable time
    return *OrderId::from_bytes(bytes);
  }

  void add_order(Batch& batch, int source, bool cdn) {
    const int to = destination(source, cdn);
    const int content = popular_content_(random_);
    IssuedOrder issued;
    auto& order = issued.order.order;
    order.id = next_id(source);
    order.content = content_id(content);
    order.owner = owner_of(content);
    order.sender = cdn ? client_key(source, -1) : client_key(source, static_cast<int>(random_() % kClientsOfIsp));
    order.receiver = client_key(to, static_cast<int>(random_() % kClientsOfIsp));
    order.agreement = {cdn ? 0 : source};
    order.ranges = {{0, 64}};
    order.byte_limit = {64 << 20};
    order.not_before = moment();
    order.not_after = order.not_before + minutes(60);
    issued.order.envelope = order_envelope_;
    issued.source_isp = {source};
    issued.destination_isp = {to};
    issued.content_class = content % 10 == 0 ? ContentClass::live : ContentClass::file;
    issued.issued_at = order.not_before;
    issued.on_net = source == to;
    issued.cdn_node = cdn;
    const auto facts = facts_of(issued);
    OrderState state{order.id, kOrderReceipts, kOrderReceipts, {}, {}, 1};
    for (int sequence = 1; sequence <= kOrderReceipts; ++sequence) {
      const std::int64_t bytes = (256 << 10) + static_cast<std::int64_t>(random_() % (8 << 20));
      const auto end = order.not_before + seconds(20 * sequence);
      batch.receipts.push_back({{order.id, sequence},
                                end,
                                end,
                                {bytes},
                                {bytes},
                                end,
                                receipt_envelope_,
                                path(source, to, static_cast<int>(random_() % kRouters))});
      batch.tally.add(facts, end, {bytes}, {bytes});
      state.acked_total += AckedBytes{bytes};
      state.sent_total += SentBytes{bytes};
    }
    if (++orders_ % kFileOrders == 0) {
      batch.deliveries.push_back({order.content, order.receiver, order.owner, issued.destination_isp,
                                  ByteCount{64 << 20}, order.not_before, order.not_after, order_envelope_});
    }
    batch.states.push_back(state);
    batch.orders.push_back(std::move(issued));
  }

  void add_batch(int source, bool cdn, std::int64_t receipts) {
    Batch batch;
    for (std::int64_t order = 0; order < receipts / kOrderReceipts; ++order) add_order(batch, source, cdn);
    const auto status = store_.transact([&]() -> Status {
      if (auto added = store_.evidence().add_orders(batch.orders); !added) return added;
      if (auto added = store_.evidence().add_receipts(batch.receipts, batch.states); !added) return added;
      for (const auto& delivery : batch.deliveries) {
        if (auto added = store_.evidence().add_delivery(delivery); !added) return tl::make_unexpected(added.error());
      }
      return store_.accounts().add(batch.tally.changes());
    });
    WAYBILL_ASSERT(status, "the bench has a disk");
  }

  Store& store_;
  std::mt19937_64 random_{1};
  Popularity popular_isp_{kIsps};
  Popularity popular_content_{kContents};
  std::shared_ptr<const PathTables> tables_ = tables_of_all();
  std::map<std::array<int, 3>, std::shared_ptr<const PathToRecord>> paths_;
  ByteString order_envelope_, receipt_envelope_;
  std::int64_t orders_ = 0;
};

struct Question {
  std::string name;
  std::function<std::int64_t(Store&)> ask;  // answers a check sum, the same as the plain SQL's
  std::string plain;
};

std::int64_t acked(Store& store, const AccountQuery& query) {
  std::int64_t sum = 0;
  const auto rows = store.accounts().query(query);
  WAYBILL_ASSERT(rows, "the bench asks well");
  for (const auto& row : *rows) sum += row.counters.acked.value;
  return sum;
}

AccountQuery of_year() {
  AccountQuery query;
  query.since = kYear;
  query.until = kNextYear;
  return query;
}

const std::string kYearOnly = fmt::format(" AND r.end_ms >= {} AND r.end_ms < {}", kYear.value, kNextYear.value);

// FIG. 7, 708 and 710, and all ISPs to all.
std::vector<Question> further_questions() {
  std::vector<Question> all;
  all.push_back({"708: files of an owner that a client received",
                 [](Store& store) {
                   DeliveryQuery query;
                   query.owner = owner_of(0);
                   query.receiver = client_key(12, 7);
                   query.since = kYear;
                   query.until = kNextYear;
                   return static_cast<std::int64_t>(store.evidence().deliveries(query)->size());
                 },
                 fmt::format("SELECT count(*) FROM deliveries WHERE +owner = 'Owner 00' AND +receiver = x'{}'",
                             client_key(12, 7).hex())});
  all.push_back({"710: the balance of SP10 and SP12",
                 [](Store& store) {
                   auto query = of_year();
                   query.from = IspId{10};
                   query.to = IspId{12};
                   const auto there = acked(store, query);
                   std::swap(query.from, query.to);
                   return there - acked(store, query);
                 },
                 "SELECT coalesce(sum(CASE WHEN o.source_isp = 10 THEN r.acked ELSE -r.acked END), 0) FROM receipts r "
                 "JOIN orders o ON o.id = r.order_id WHERE ((o.source_isp = 10 AND o.destination_isp = 12) OR "
                 "(o.source_isp = 12 AND o.destination_isp = 10))" +
                     kYearOnly});
  all.push_back({"matrix: every ISP to every ISP",
                 [](Store& store) {
                   auto query = of_year();
                   query.group_by = {AccountDimension::isp_pair};
                   return acked(store, query);
                 },
                 "SELECT sum(s) FROM (SELECT o.source_isp, o.destination_isp, sum(r.acked) AS s FROM receipts r JOIN "
                 "orders o ON o.id = r.order_id WHERE 1" +
                     kYearOnly + " GROUP BY 1, 2)"});
  return all;
}

std::vector<Question> questions() {
  const std::string sums = "SELECT coalesce(sum(r.acked), 0) FROM receipts r JOIN orders o ON o.id = r.order_id ";
  std::vector<Question> all;
  all.push_back({"702: from SP10 to SP12, 18:00-24:00 of Berlin",
                 [](Store& store) {
                   auto query = of_year();
                   query.from = IspId{10};
                   query.to = IspId{12};
                   query.hours = AccountQuery::HoursOfDay{18 * 60, 24 * 60};
                   query.local_minute = [clock = std::make_shared<LocalClock>(*LocalClock::of("Europe/Berlin"))](
                                            TimeMs time) { return clock->minute_of_day(time); };
                   return acked(store, query);
                 },
                 // Berlin is an hour ahead of UTC, two from 2026-03-29T01:00Z to 2026-10-25T01:00Z.
                 sums + "WHERE o.source_isp = 10 AND o.destination_isp = 12" + kYearOnly +
                     " AND (r.end_ms + CASE WHEN r.end_ms >= 1774746000000 AND r.end_ms < 1792890000000 THEN 7200000 "
                     "ELSE 3600000 END) % 86400000 >= 64800000"});
  all.push_back({"704: of an owner, leaving SP10 and entering SP12",
                 [](Store& store) {
                   ComponentQuery query;
                   query.kind = ComponentKind::inter_isp_link;
                   query.isp = IspId{10};
                   query.into = IspId{12};
                   query.owner = owner_of(3);
                   query.since = kYear;
                   query.until = kNextYear;
                   std::int64_t sum = 0;
                   const auto found = *store.accounts().component_sums(query);
                   for (const auto& each : found) sum += each.counters.acked.value;
                   return sum;
                 },
                 "SELECT coalesce(sum(r.acked), 0) FROM network_components n JOIN path_components c ON c.component_id "
                 "= n.id JOIN receipts r ON r.path_id = c.path_id JOIN orders o ON o.id = r.order_id WHERE n.kind = 5 "
                 "AND c.isp = 10 AND c.into_isp = 12 AND o.owner = 'Owner 03'" +
                     kYearOnly});
  all.push_back({"706: of an owner, delivered to SP12",
                 [](Store& store) {
                   auto query = of_year();
                   query.owner = owner_of(3);
                   query.to = IspId{12};
                   return acked(store, query);
                 },
                 sums + "WHERE o.owner = 'Owner 03' AND o.destination_isp = 12" + kYearOnly});
  for (auto& question : further_questions()) all.push_back(std::move(question));
  return all;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// False where an answer is another than that of the receipts.
bool ask_all(Store& store, const std::string& file, int rounds) {
  SQLite::Database raw(file, SQLite::OPEN_READONLY, 10'000);
  bool equal = true;
  for (const auto& question : questions()) {
    std::int64_t answer = 0;
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
      times.push_back(seconds_of([&] { answer = question.ask(store); }));
    }
    std::sort(times.begin(), times.end());
    std::int64_t plain = 0;
    const auto plain_time = seconds_of([&] { plain = raw.execAndGet(question.plain).getInt64(); });
    const auto median = times[times.size() / 2];
    fmt::print("  {:<48} {:8.2f} ms, of the receipts {:10.1f} ms, {:.0f} times{}\n", question.name, median * 1e3,
               plain_time * 1e3, plain_time / median, answer == plain ? "" : ": ANOTHER ANSWER");
    std::fflush(stdout);
    equal = equal && answer == plain;
  }
  return equal;
}

int run(const Size& size) {
  const contract::SqliteEngine engine;
  auto store = contract::open(engine);
  History history(*store);
  std::int64_t recorded = 0;
  bool equal = true;
  for (const auto stage : size.stages) {
    const auto took = seconds_of([&] { history.add(stage - recorded, size.batch); });
    recorded = stage;
    const auto bytes = std::filesystem::file_size(engine.where());
    fmt::print("{} receipts of a year ({:.0f} s to record the last of them, {} bytes of database a receipt)\n", stage,
               took, static_cast<std::int64_t>(bytes) / stage);
    std::fflush(stdout);
    equal = ask_all(*store, engine.where(), size.rounds) && equal;
  }
  fmt::print("goal: each under 50 ms, whatever the number of receipts\n");
  if (equal) return 0;
  fmt::print(stderr, "the books do not equal the receipts\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Size size;
  for (const auto& argument : std::vector<std::string>(argv + 1, argv + argc)) {
    if (argument == "--toy") size = {{4'000, 8'000}, 1'000, 1};
    if (argument == "--three") size.stages.pop_back();  // where time or disk are short
  }
  return run(size);
}
