#include "tracker/cli/initialisation.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto/ed25519.h"
#include "tracker/cli/administration.h"
#include "tracker/cli/data_directory.h"
#include "tracker/cli/file_output.h"
#include "tracker/cli/settings.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr char kDefaultListen[] = "0.0.0.0:7443";

// Removes what an unfinished `init` made.
class Undo {
 public:
  explicit Undo(const DataDirectory& directory, bool made_directory)
      : directory_(directory), made_directory_(made_directory) {}
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void keep() { kept_ = true; }
  ~Undo() {
    if (kept_) return;
    std::error_code ignored;
    const auto database = directory_.database().string();
    for (const auto& file :
         {directory_.key().string(), directory_.settings().string(), database, database + "-wal", database + "-shm"}) {
      std::filesystem::remove(file, ignored);
    }
    if (made_directory_) std::filesystem::remove(directory_.path, ignored);
  }

 private:
  DataDirectory directory_;
  bool made_directory_;
  bool kept_ = false;
};

std::string this_host() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// True: it was made. Refuses one that holds anything.
Result<bool> prepare_directory(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    if (!std::filesystem::is_directory(path, error)) return refuse(fmt::format("{} is not a directory", path.string()));
    const bool empty = std::filesystem::is_empty(path, error);
    if (error) return fail(fmt::format("cannot read {}: {}", path.string(), error.message()));
    if (!empty)
      return refuse(fmt::format("{} is not empty: give a directory that is empty or does not exist", path.string()));
    return false;
  }
  if (!path.parent_path().empty()) std::filesystem::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0)
    return fail(fmt::format("cannot make the directory {}: {}", path.string(), std::strerror(errno)));
  return true;
}

struct Made {
  crypto::KeyPair key;
  std::string client_link;
  std::string cdn_node_link;
  std::string books;
};

// Books that a tracker has made already belong to its key.
Status refuse_books_of_another(const std::string& store) {
  if (store.find("://") == std::string::npos) return {};
  if (!open_store(store, StoreAccess::read_only)) return {};  // what else is wrong with it shows when it is made
  return refuse(
      place_to_show(store) +
      " holds a tracker's books; a further tracker on them runs with a copy of the first one's data directory");
}

Result<Made> make_contents(const DataDirectory& directory, const Endpoint& listen, const std::string& public_host,
                           const std::string& store_place) {
  Made made;
  made.key = crypto::KeyPair::generate();
  if (auto saved = made.key.save(directory.key()); !saved) return pass_on(saved);
  auto settings = initial_settings(listen, public_host, store_place);
  if (!settings) return pass_on(settings);
  if (auto written = write_whole_file(directory.settings(), *settings, 0600); !written) return pass_on(written);
  auto read = read_settings(directory);
  if (!read) return pass_on(read);
  if (auto status = refuse_books_of_another(read->store); !status) return pass_on(status);
  auto store = open_store(read->store, StoreAccess::create);
  if (!store) return pass_on(store);
  const runtime::SystemClock clock;
  AdministrationContext context{**store, clock, made.key, read->public_host, read->public_port};
  for (const bool cdn_node : {false, true}) {
    const auto answer = execute(context, {{"command", "enroll-link"}, {"arguments", {{"cdn_node", cdn_node}}}});
    if (!answer.at("ok")) return fail(answer.at("error").get<std::string>());
    (cdn_node ? made.cdn_node_link : made.client_link) = answer.at("result").at("link").get<std::string>();
  }
  made.books = place_to_show(read->store);
  return made;
}

Result<json> run(const json& arguments) {
  const auto listen = Endpoint::parse(arguments.value("listen", kDefaultListen));
  if (!listen) return pass_on(listen.error(), "--listen");
  if (listen->port == 0) return refuse("--listen: port 0 cannot stand on an enrol link, name one");
  const auto host = listen->address.is_unspecified() ? this_host() : listen->address.str();
  const auto public_host = arguments.value("public_host", host);
  if (public_host.empty() || public_host.find_first_of("\"\\\n /") != std::string::npos)
    return refuse(fmt::format("--public-host: '{}' is not a host name or address", public_host));
  const DataDirectory directory{arguments.at("directory").get<std::string>()};
  const auto made_directory = prepare_directory(directory.path);
  if (!made_directory) return tl::make_unexpected(made_directory.error());
  Undo undo(directory, *made_directory);
  auto made = make_contents(directory, *listen, public_host, arguments.value("store", ""));
  if (!made) return pass_on(made);
  undo.keep();
  const auto path = directory.path.string();
  return json{
      {"ok", true},
      {"result",
       {{"data", path},
        {"tracker_key", made->key.public_key().hex()},
        {"client_link", made->client_link},
        {"cdn_node_link", made->cdn_node_link}}},
      {"lines",
       {fmt::format("A tracker is ready in {}.", path),
        fmt::format("  its key   {} (keep it secret and backed up: agents trust no other)", directory.key().string()),
        fmt::format("  settings  {}", directory.settings().string()), fmt::format("  books     {}", made->books), "",
        "Enrol link for clients, to hand out:", "  " + made->client_link, "",
        "Enrol link for CDN nodes, the operator's own (it may publish content):", "  " + made->cdn_node_link, "",
        "What to do next:", fmt::format("  waybill-tracker isp add NAME --prefix CIDR --timezone TZ --data {}", path),
        fmt::format("  waybill-tracker agreement add --isp NAME --grant always --price 0.02 --currency EUR --data {}",
                    path),
        fmt::format("  waybill-tracker serve --data {}", path)}}};
}

}  // namespace

json initialise(const json& arguments) {
  auto answer = run(arguments);
  if (answer) return *answer;
  return {{"ok", false}, {"error", answer.error().message}, {"exit", refusal_status(answer.error().message)}};
}

}  // namespace waybill::tracker
