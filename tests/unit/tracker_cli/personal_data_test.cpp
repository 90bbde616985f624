// What leaves the tracker names no client and no address: every answer that is meant for others, in every form, is
// searched for each client's key and for anything that reads as an address.
#include <fstream>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

#include "common/types/ip.h"
#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

const GeneratedBooks& books() {
  static const GeneratedBooks kBooks(8863309);
  return kBooks;
}

// The same 32 bytes as texts may have them.
std::string encoded(const std::string& bytes, const std::string& alphabet, unsigned bits) {
  std::string text;
  unsigned held = 0;
  std::uint64_t value = 0;
  for (const char c : bytes) {
    value = (value << 8U) | static_cast<unsigned char>(c);
    held += 8;
    for (; held >= bits; held -= bits) text.push_back(alphabet[(value >> (held - bits)) & ((1U << bits) - 1)]);
  }
  return text;  // what is left of the last byte is not searched for
}

std::vector<std::string> forms_of(const AgentKey& key) {
  constexpr char kUpper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string raw(reinterpret_cast<const char*>(key.view().data()), key.view().size());
  const auto hex = key.hex();
  auto upper = hex;
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  const std::string letters = std::string(kUpper) + "abcdefghijklmnopqrstuvwxyz0123456789";
  auto base32 = encoded(raw, std::string(kUpper) + "234567", 5);
  std::vector<std::string> forms{raw,
                                 hex.substr(0, 16),
                                 upper.substr(0, 16),
                                 encoded(raw, letters + "+/", 6),
                                 base32,
                                 encoded(raw, letters + "-_", 6)};
  for (auto& c : base32) c = static_cast<char>(std::tolower(c));
  forms.push_back(base32);
  return forms;
}

std::string first_address(const std::string& text) {
  static const std::regex kV4(
      "(^|[^0-9.])((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3})"
      "($|[^0-9.])");
  std::smatch found;
  if (std::regex_search(text, found, kV4)) return found[2];
  static const std::regex kV6("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), kV6); at != std::sregex_iterator(); ++at) {
    if (IpAddress::parse(at->str())) return at->str();
  }
  return "";
}

void check_clean(const std::string& text, const std::string& what) {
  CHECK_MESSAGE(!text.empty(), what);
  for (const auto* name : {"alice", "bob", "carol", "dave", "erin"}) {
    for (const auto& form : forms_of(sample::key_of(name).public_key())) {
      CHECK_MESSAGE(text.find(form) == std::string::npos, what << ": the key of " << name);
    }
  }
  const auto address = first_address(text);
  CHECK_MESSAGE(address.empty(), what << ": " << address);
}

std::string words_of(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += word + " ";
  return text;
}

std::string answer(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  const auto run = books().program.run(words);
  CHECK_MESSAGE(run.status == 0, words_of(words) << run.err);
  return run.out;
}

std::string file_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// In every format on standard output, and in a file.
void check_forms(const std::vector<std::string>& words, const std::vector<std::string>& recipient) {
  for (const auto* format : {"table", "csv", "json"}) {
    auto more = recipient;
    more.insert(more.end(), {"--format", format});
    check_clean(answer(words, more), words_of(words) + format);
    const auto file = books().program.file("export");
    more.insert(more.end(), {"--out", file.string()});
    answer(words, more);
    check_clean(file_text(file), words_of(words) + format + " --out");
  }
}

const std::vector<std::vector<std::string>>& questions() {
  static const std::vector<std::vector<std::string>> kQuestions{
      {"records"},
      {"transfers"},
      {"transfers", "--client", "bob"},
      {"report", "bytes", "--group-by", "client"},
      {"report", "bytes", "--client", "bob"},
      {"report", "bytes", "--component", "inter-isp-link:SP1>SP2", "--client", "bob"},
      {"report", "files", "--client", "carol"},
      {"report", "matrix"},
      {"report", "shares", "--group-by", "client"},
      {"report", "components", "--kind", "router", "--period", "2026-11"},
      {"report", "balance", "--from", "SP1", "--to", "SP2"}};
  return kQuestions;
}

TEST_CASE("answers for an ISP, an owner, or a file: no client's key, no address") {
  for (const auto& words : questions()) {
    for (const auto* recipient : {"isp SP1", "owner MovieStudio", "file"}) check_forms(words, {"--for", recipient});
    // Without a word, a file is for somebody else.
    const auto file = books().program.file("default");
    answer(words, {"--json", "--out", file.string()});
    check_clean(file_text(file), words_of(words) + "--out, by default");
  }
}

TEST_CASE("statements, lists of receipts, invoices in all forms and the journal are clean by themselves") {
  const auto& program = books().program;
  program.facts({"agreement", "add", "--terms",
                 R"({"format":"waybill owner contract 1","owner":"MovieStudio","timezone":"UTC",
"from":"2025-10-01T00:00:00Z","currency":"EUR","flat_fee":"10.00","threshold":1,"beyond_per_gb":"5.00"})"});
  for (const auto* isp : {"SP1", "SP2", "SP3"}) {
    check_forms({"settle", "--isp", isp, "--period", "2026-11"}, {});
    check_clean(answer({"settle", "--isp", isp, "--period", "2026-11", "--itemised", "--json"}, {}),
                "settle --itemised");
  }
  check_forms({"period", "balance", "2026-11"}, {});
  check_forms({"period", "show", "2026-11", "--isp", "SP1"}, {});
  check_forms({"period", "show", "2026-10", "--owner", "MovieStudio"}, {});
  program.facts({"period", "close", "2025-10", "--owner", "MovieStudio"});
  check_clean(answer({"invoice", "issue", "2025-10", "--owner", "MovieStudio", "--issuer", "Example CDN"}, {}),
              "issue");
  for (const auto* form : {"table", "csv", "json", "ubl"}) {
    check_clean(answer({"invoice", "show", "INV-000001", "--as", form}, {}), form);
  }
  check_clean(answer({"journal"}, {}), "journal");
  check_clean(answer({"journal", "--json"}, {}), "journal");
}

TEST_CASE("the operator's own screen has keys and addresses, and the auditor's evidence must") {
  const auto bob = sample::key_of("bob").public_key().hex();
  CHECK(answer({"transfers", "--json"}, {}).find(bob) != std::string::npos);
  CHECK_FALSE(first_address(answer({"transfers", "--json"}, {})).empty());
  const auto file = books().program.file("for_operator");
  answer({"transfers", "--json", "--for", "operator", "--out", file.string()}, {});
  CHECK(file_text(file).find(bob) != std::string::npos);
  CHECK(answer({"settle", "--isp", "SP1", "--period", "2026-11", "--evidence", "--json"}, {}).find(bob) !=
        std::string::npos);
}

std::set<std::string> receivers_for(const std::string& recipient) {
  std::set<std::string> names;
  const auto facts = nlohmann::json::parse(answer({"transfers", "--json", "--for", recipient}, {}));
  for (const auto& row : facts.at("transfers")) names.insert(row.at("receiver").get<std::string>());
  return names;
}

TEST_CASE("each recipient has pseudonyms of its own, the same in every answer") {
  const auto sp1 = receivers_for("isp SP1");
  CHECK(sp1.size() == 4);  // as many as there are clients
  CHECK(receivers_for("isp SP1") == sp1);
  for (const auto* other : {"isp SP2", "owner MovieStudio", "file"}) {
    for (const auto& name : receivers_for(other)) {
      CHECK(name.starts_with("c-"));
      CHECK_FALSE(sp1.contains(name));
    }
  }
  std::set<std::string> listed;
  const auto export_ =
      nlohmann::json::parse(answer({"settle", "--isp", "SP1", "--period", "2026-11", "--itemised", "--json"}, {}));
  for (const auto& order : export_.at("items").at("orders")) listed.insert(order.at("receiver").get<std::string>());
  for (const auto& name : listed) CHECK(sp1.contains(name));
  CHECK_FALSE(listed.empty());
}

TEST_CASE("an unknown recipient is refused, and so are two forms of a settlement at once") {
  const auto& program = books().program;
  for (const auto* recipient : {"isp SP9", "owner Nobody", "everybody", ""}) {
    const auto run = program.run({"transfers", "--for", recipient, "--json"});
    CHECK_MESSAGE(run.status == (std::string(recipient).empty() ? 0 : 2), recipient);
  }
  CHECK(program.run({"settle", "--isp", "SP1", "--period", "2026-11", "--itemised", "--evidence", "--json"}).status ==
        2);
  CHECK(program.run({"settle", "--isp", "SP1", "--period", "2026-11", "--itemised"}).status == 2);
}

}  // namespace
}  // namespace waybill::tracker
