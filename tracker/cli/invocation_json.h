#pragma once
// One command line, parsed. For the .cpp files of this folder.
#include <string>

#include <nlohmann/json.hpp>

namespace waybill::tracker {

enum class OutputFormat { table, csv, json };

struct Invocation {
  std::string command;                                  // "isp add", "serve", ...
  nlohmann::json arguments = nlohmann::json::object();  // as administration.h has them
  std::string data;                                     // --data; empty: not given
  OutputFormat format = OutputFormat::table;
  std::string out;             // --out; empty: standard output
  std::string recipient;       // --for, as administration.h has it; empty: not given
  bool names_clients = false;  // its answer names clients: in a file, they are pseudonyms where no --for says otherwise
};

}  // namespace waybill::tracker
