#include "tracker/cli/settings.h"

#include <algorithm>
#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/net/http.h"
#include "common/types/check.h"
#include "tracker/cli/file_output.h"
#include "tracker/cli/settings_template.h"

namespace waybill::tracker {

namespace {

Result<std::uint16_t> parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return refuse(fmt::format("'{}' is not a TCP port", text));
  }
  return port;
}

// "0.02 EUR"
Result<Money> parse_price(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos) return refuse("is written as an amount and a currency: \"0.02 EUR\"");
  const auto currency = Currency::parse(text.substr(space + 1));
  if (!currency) return tl::make_unexpected(currency.error());
  auto price = parse_money(text.substr(0, space), *currency);
  if (price && price->micro_minor < 0) return refuse("must not be negative");
  return price;
}

// One setting into its field.
Status apply(const std::string& name, const std::string& value, const DataDirectory& directory, Settings& settings) {
  if (name == "listen") {
    const auto listen = Endpoint::parse(value);
    if (!listen) return tl::make_unexpected(listen.error());
    settings.listen = *listen;
  } else if (name == "public-host") {
    if (value.empty()) return refuse("must not be empty");
    settings.public_host = value;
  } else if (name == "public-port") {
    const auto port = parse_port(value);
    if (!port) return tl::make_unexpected(port.error());
    settings.public_port = *port;
  } else if (name == "announce-listen") {
    const auto listen = Endpoint::parse(value);
    if (!listen) return tl::make_unexpected(listen.error());
    settings.announce_listen = *listen;
  } else if (name == "announce-url") {
    const auto url = net::Url::parse(value);
    if (!url) return tl::make_unexpected(url.error());
    if (url->target != "/") return refuse("must be like http://tracker.example:7480, without a path");
    settings.announce_url = url->scheme + "://" + url->authority();
  } else if (name == "store") {
    if (value.empty()) return refuse("must not be empty");
    settings.store = directory.store(value);
  } else if (name == "cdn-price") {
    const auto price = parse_price(value);
    if (!price) return tl::make_unexpected(price.error());
    settings.cdn_price = *price;
  } else if (name == "log-level") {
    const auto level = runtime::parse_log_level(value);
    if (!level) return tl::make_unexpected(level.error());
    settings.log_level = *level;
  } else {
    return refuse("there is no such setting");
  }
  return {};
}

void replace_value(std::string& text, const std::string& name, const std::string& value) {
  const std::string begin = "\n" + name + " = \"";
  const auto at = text.find(begin);
  WAYBILL_ASSERT(at != std::string::npos, "packaging/config/tracker.conf states this setting");
  const auto from = at + begin.size();
  text.replace(from, text.find('"', from) - from, value);
}

constexpr std::uintmax_t kMaxSettingsBytes = 1 << 20;

// The line that states the store, or its example in a comment, states this one.
Result<std::string> with_store(const std::string& text, const std::string& store) {
  if (store.empty() || store.find_first_of("\"\\\n\r") != std::string::npos) {
    return refuse("--store: neither empty nor with quotes, backslashes or line breaks (a URL writes them as %22, %5C)");
  }
  const auto line = "store = \"" + store + "\"\n";
  for (const std::string begin : {"\nstore =", "\n# store ="}) {
    const auto at = text.find(begin);
    if (at == std::string::npos) continue;
    const auto end = std::min(text.find('\n', at + 1), text.size() - 1);
    return text.substr(0, at + 1) + line + text.substr(end + 1);
  }
  return text + (text.empty() || text.back() == '\n' ? "" : "\n") + line;
}

}  // namespace

Result<Settings> read_settings(const DataDirectory& directory) {
  const auto file = directory.settings().string();
  Settings settings;
  settings.store = directory.database().string();
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(file);
  } catch (const CLI::Error& error) {
    return refuse(fmt::format("{}: {}", file, error.what()));
  }
  for (const auto& item : items) {
    if (item.name == "++" || item.name == "--") continue;  // CLI11's marks of sections
    const auto name = item.fullname();
    if (item.inputs.size() != 1) return refuse(fmt::format("{}: setting '{}' needs exactly one value", file, name));
    if (auto ok = apply(name, item.inputs.front(), directory, settings); !ok) {
      return refuse(fmt::format("{}: setting '{}': {}", file, name, ok.error().message));
    }
  }
  if (settings.listen == Endpoint{}) return refuse(fmt::format("{}: setting 'listen' is missing", file));
  if (settings.public_host.empty()) return refuse(fmt::format("{}: setting 'public-host' is missing", file));
  if (settings.public_port == 0) settings.public_port = settings.listen.port;
  if (settings.announce_url.empty() && settings.announce_listen) {
    const bool v6 = settings.public_host.find(':') != std::string::npos && settings.public_host.front() != '[';
    const auto host = v6 ? "[" + settings.public_host + "]" : settings.public_host;
    settings.announce_url = fmt::format("http://{}:{}", host, settings.announce_listen->port);
  }
  return settings;
}

Result<std::string> initial_settings(const Endpoint& listen, const std::string& public_host, const std::string& store) {
  std::string text = kSettingsTemplate;
  replace_value(text, "listen", listen.str());
  replace_value(text, "public-host", public_host);
  return store.empty() ? Result<std::string>(text) : with_store(text, store);
}

Status keep_store(const DataDirectory& directory, const std::string& store) {
  const auto file = directory.settings();
  auto text = read_whole_file(file, kMaxSettingsBytes);
  if (!text) return pass_on(text);
  auto changed = with_store(*text, store);
  if (!changed) return pass_on(changed);
  return *changed == *text ? Status{} : write_whole_file(file, *changed, 0600);
}

}  // namespace waybill::tracker
