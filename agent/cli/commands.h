#pragma once
// One function a command; each returns the exit status (0 done, 1 refused or failed) and has printed why.
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/cli/settings.h"
#include "agent/cli/state_directory.h"

namespace waybill::cli {

// What every command takes.
struct CommonOptions {
  std::string data;                                           // --data; empty: see open_context
  std::string config;                                         // --config; empty: DATA/agent.conf, where there is one
  std::vector<std::pair<std::string, std::string>> settings;  // from flags: they come before the file's
  bool json = false;
};

struct Context {
  StateDirectory directory;
  Settings settings;
};
// The data folder is --data, or the config file's `data`, or the default.
Result<Context> open_context(const CommonOptions& options);

// Prints "waybill-agent COMMAND: message" on stderr, and the error as JSON on stdout where asked for; returns 1.
int report(const std::string& command, const Error& error, bool json);

struct EnrollOptions {
  std::string link, name;
  bool share = false;
};
int enroll_command(const CommonOptions& common, const EnrollOptions& options);

int run_command(const CommonOptions& common);

struct GetOptions {
  std::string url, output;
  bool sequential = false, force = false, quiet = false;
};
int get_command(const CommonOptions& common, const GetOptions& options);

struct PublishOptions {
  std::string file, owner, title;
  std::string content_class = "file";
  bool quiet = false;
};
int publish_command(const CommonOptions& common, const PublishOptions& options);

int status_command(const CommonOptions& common);

struct ShareOptions {
  std::optional<bool> consented;  // absent: show
  std::string upload_cap;         // empty: as it is
  int upload_slots = 0;           // 0: as it is
};
int share_command(const CommonOptions& common, const ShareOptions& options);

}  // namespace waybill::cli
