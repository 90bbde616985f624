// Routing tables, names of ASes and address databases: what the tracker knows beyond its registry.
#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/network_files_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct LoadArgument {
  const char* key;
  NetworkFileKind kind;
};
constexpr LoadArgument kLoadArguments[] = {{"routes", NetworkFileKind::routes},
                                           {"as_names", NetworkFileKind::as_names},
                                           {"asn_database", NetworkFileKind::asn_database},
                                           {"city_database", NetworkFileKind::city_database}};

json shown(const NetworkFile& file) {
  return {{"kind", to_string(file.kind)},
          {"file", file.source},
          {"sha256", file.sha256},
          {"date", file.date.value > 0 ? json(format_time(file.date)) : json(nullptr)},
          {"loaded", format_time(file.loaded)},
          {"facts", file.facts}};
}

void add_files(Answer& answer, const std::vector<NetworkFile>& files) {
  auto& rows = answer.result["networks"] = json::array();
  for (const auto& file : files) rows.push_back(shown(file));
  answer.add_sheet(
      "networks",
      {{"kind", "KIND"}, {"file", "FILE"}, {"date", "DATE"}, {"loaded", "LOADED"}, {"facts", "WHAT IT SAYS"}});
}

}  // namespace

json network_file_json(const NetworkFile& file) {
  return {{"kind", to_string(file.kind)}, {"sha256", file.sha256},       {"source", file.source},
          {"date", file.date.value},      {"loaded", file.loaded.value}, {"facts", file.facts}};
}

Result<NetworkFile> network_file_from(const std::string& text) {
  const auto read = json::parse(text, nullptr, false);
  try {
    NetworkFile file;
    const auto kind = parse_network_file_kind(read.at("kind").get<std::string>());
    if (!kind) return tl::make_unexpected(kind.error());
    file.kind = *kind;
    file.sha256 = read.at("sha256");
    file.source = read.at("source");
    file.date = {read.at("date")};
    file.loaded = {read.at("loaded")};
    file.facts = read.at("facts");
    const bool digits = file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (file.sha256.size() != 64 || !digits) return refuse("a kept file's checksum is no SHA-256");
    return file;
  } catch (const json::exception& error) {
    return refuse(fmt::format("a kept file is not described as it should: {}", error.what()));
  }
}

namespace {

std::set<std::filesystem::path> kept_files(const std::filesystem::path& data) {
  std::set<std::filesystem::path> kept;
  std::error_code none_yet;
  for (const auto& entry : std::filesystem::directory_iterator(data / "networks", none_yet)) kept.insert(entry.path());
  return kept;
}

// All of what one command loads, or none of it. What was there before stays.
void forget_kept(const std::filesystem::path& data, const std::vector<NetworkFile>& files,
                 const std::set<std::filesystem::path>& before) {
  for (const auto& file : files) {
    const auto path = network_file_path(data, file);
    std::error_code stays_behind;
    if (!before.contains(path)) std::filesystem::remove(path, stays_behind);
  }
}

}  // namespace

Result<std::vector<NetworkFile>> keep_network_files(const std::filesystem::path& data, const json& arguments,
                                                    TimeMs now) {
  const DumpOptions options{arguments.value("special_use", false)};
  const auto before = kept_files(data);
  std::vector<NetworkFile> files;
  for (const auto& [key, kind] : kLoadArguments) {
    if (!arguments.contains(key)) continue;
    auto file = keep_network_file(data, kind, arguments.at(key).get<std::string>(), options, now);
    if (!file) {
      forget_kept(data, files, before);
      return pass_on(file);
    }
    files.push_back(std::move(*file));
  }
  if (files.empty()) return refuse("FILE, --as-names, --asn-database or --city-database says what to load");
  return files;
}

Result<std::shared_ptr<const Networks>> read_networks(const AdministrationContext& context) {
  auto files = context.store.registry().network_files();
  if (!files) return pass_on(files);
  return open_networks(context.data, std::move(*files));
}

Result<Answer> routing_load(AdministrationContext& context, Arguments& arguments) {
  const auto texts = arguments.list("files");
  if (texts.empty()) arguments.fault("files", "are missing");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  std::vector<NetworkFile> files;
  for (const auto& text : texts) {
    auto file = network_file_from(text);
    if (!file) return pass_on(file);
    // The tracker whose books these are must have the file, or it would know less than it says.
    if (!std::filesystem::exists(network_file_path(context.data, *file))) {
      return refuse(
          fmt::format("{} is not in the tracker's directory: load it on the tracker's machine", file->source));
    }
    if (auto set = context.store.registry().set_network_file(*file); !set) return pass_on(set);
    files.push_back(std::move(*file));
  }
  Answer answer;
  answer.registry_changed = true;
  add_files(answer, files);
  answer.notes.push_back("Receipts from now on are resolved with it; `records re-resolve` does it for earlier ones");
  return answer;
}

Result<Answer> routing_show(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto networks = read_networks(context);
  if (!networks) return tl::make_unexpected(networks.error());
  Answer answer;
  add_files(answer, (*networks)->files);
  answer.result["problems"] = (*networks)->problems;
  for (const auto& problem : (*networks)->problems) answer.notes.push_back("Not in use: " + problem);
  if ((*networks)->files.empty()) answer.notes.push_back("Nothing is loaded; `routing load` does it.");
  return answer;
}

Result<Answer> routing_drop(AdministrationContext& context, Arguments& arguments) {
  arguments.positional("kind");
  const auto kind = arguments.read_as("kind", parse_network_file_kind);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto removed = context.store.registry().remove_network_file(*kind);
  if (!removed) return tl::make_unexpected(removed.error());
  if (!*removed) return refuse(fmt::format("no {} is loaded; `routing show` shows what is", to_string(*kind)));
  Answer answer;
  answer.registry_changed = true;
  answer.result["dropped"] = to_string(*kind);
  answer.lines.push_back(fmt::format("{} is used no more; records that were resolved by it stay", to_string(*kind)));
  return answer;
}

}  // namespace waybill::tracker
