#include "tracker/routing/routing_table_file.h"

#include <cstring>

namespace waybill::tracker {

namespace {

constexpr std::string_view kMagic = "waybill routes 2";

class Writer {
 public:
  template <typename Number>
  void add(Number number) {
    static_assert(std::is_integral_v<Number>);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void add_text(const std::string& text) {
    add<std::uint64_t>(text.size());
    bytes += text;
  }
  void add_skipped(const SkippedPrefixes& skipped) {
    add(skipped.count);
    add_text(skipped.first);
  }
  template <typename Row>
  void add_rows(const std::vector<Row>& rows) {
    add<std::uint64_t>(rows.size());
    for (const auto& row : rows) {
      add(row.key);
      add(row.path);
      add(row.length);
    }
  }
  void add_steps(const std::vector<AsStep>& steps) {
    add<std::uint64_t>(steps.size());
    bytes.append(reinterpret_cast<const char*>(steps.data()), steps.size() * sizeof(AsStep));
  }
  void add_words(const std::vector<std::uint32_t>& words) {
    add<std::uint64_t>(words.size());
    bytes.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]);
  }

  std::string bytes{kMagic};
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <typename Number>
  Number number() {
    Number value{};
    if (const auto from = take(sizeof value); !from.empty()) std::memcpy(&value, from.data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(number<std::uint64_t>())); }
  SkippedPrefixes skipped() {
    SkippedPrefixes skipped;
    skipped.count = number<std::int64_t>();
    skipped.first = text();
    return skipped;
  }
  template <typename Row>
  std::vector<Row> rows() {
    constexpr std::size_t kRowBytes = sizeof(Row::key) + sizeof(Row::path) + sizeof(Row::length);
    std::vector<Row> rows(count_of(kRowBytes));
    for (auto& row : rows) {
      row.key = number<decltype(row.key)>();
      row.path = number<AsPathId>();
      row.length = number<std::uint8_t>();
    }
    return rows;
  }
  std::vector<std::uint32_t> words() {
    std::vector<std::uint32_t> words(count_of(sizeof(std::uint32_t)));
    const auto from = take(words.size() * sizeof(std::uint32_t));
    if (!from.empty()) std::memcpy(words.data(), from.data(), from.size());
    return words;
  }
  std::vector<AsStep> steps() {
    std::vector<AsStep> steps(count_of(sizeof(AsStep)));
    const auto from = take(steps.size() * sizeof(AsStep));
    if (!from.empty()) std::memcpy(static_cast<void*>(steps.data()), from.data(), from.size());
    return steps;
  }
  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) {
      good_ = false;
      left_ = {};
      return {};
    }
    const auto taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  bool whole() const { return good_ && left_.empty(); }

 private:
  std::size_t count_of(std::size_t bytes_each) {
    const auto count = number<std::uint64_t>();
    if (count <= left_.size() / bytes_each) return count;
    good_ = false;
    return 0;
  }
  std::string_view left_;
  bool good_ = true;
};

template <typename Row>
bool possible(const std::vector<Row>& rows, const AsPaths& paths, int longest) {
  for (const auto& row : rows) {
    if (row.path >= paths.size() || row.length > longest || !origin_of(paths.at(row.path))) return false;
    if (row.length == 0 || static_cast<decltype(row.key)>(row.key << row.length) != 0) return false;
  }
  return true;
}

DumpFacts read_facts(Reader& reader) {
  DumpFacts facts;
  facts.date = {reader.number<std::int64_t>()};
  facts.collector = reader.text();
  facts.peers = reader.number<std::int64_t>();
  for (auto& bogus : facts.bogus) bogus = reader.skipped();
  facts.without_origin = reader.skipped();
  facts.repeated = reader.skipped();
  facts.other_records = reader.number<std::int64_t>();
  return facts;
}

}  // namespace

std::string write_routing_table(const RoutingTable& table) {
  Writer writer;
  const auto& facts = table.facts();
  writer.add(facts.date.value);
  writer.add_text(facts.collector);
  writer.add(facts.peers);
  for (const auto& bogus : facts.bogus) writer.add_skipped(bogus);
  writer.add_skipped(facts.without_origin);
  writer.add_skipped(facts.repeated);
  writer.add(facts.other_records);
  writer.add_words(table.paths().words());
  writer.add_words(table.paths().ends());
  writer.add_rows(table.v4());
  writer.add_rows(table.v6());
  writer.add_steps(table.ways().steps());
  return std::move(writer.bytes);
}

Result<RoutingTable> read_routing_table(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.take(kMagic.size()) != kMagic) return refuse("this is no routing table of a tracker of this version");
  auto facts = read_facts(reader);
  auto words = reader.words();
  auto ends = reader.words();
  auto v4 = reader.rows<V4Row>();
  auto v6 = reader.rows<V6Row>();
  auto steps = reader.steps();
  if (!reader.whole()) return refuse("the routing table is cut off, or longer than it says");
  auto paths = AsPaths::restore(std::move(words), std::move(ends));
  if (!paths) return pass_on(paths);
  if (!possible(v4, *paths, kLongestV4) || !possible(v6, *paths, kLongestV6)) {
    return refuse("a row of the routing table cannot be one");
  }
  auto ways = AsWays::restore(std::move(steps));
  if (!ways) return pass_on(ways);
  return RoutingTable::build(std::move(v4), std::move(v6), std::move(*paths), std::move(facts), std::move(*ways));
}

}  // namespace waybill::tracker
