#pragma once
// Rows of text as an aligned table for people, or as CSV (RFC 4180) for other programs.
#include <string>
#include <string_view>
#include <vector>

namespace waybill::tracker {

struct TextColumn {
  std::string heading;
  bool right = false;  // numbers
};

struct TextTable {
  std::vector<TextColumn> columns;
  std::vector<std::vector<std::string>> rows;  // one cell for each column
};

// Heading, a rule, the rows; columns two spaces apart, aligned by UTF-8 code points; control characters in cells shown
// as "?" so that a peer's text cannot drive the terminal. No trailing spaces.
std::string render_table(const TextTable& table);

// Heading line and rows, each ended by CRLF; fields quoted where they hold a comma, quote, CR or LF.
std::string render_csv(const TextTable& table);

// `text` with control characters replaced by "?": what came from agents is printed through this.
std::string printable(std::string_view text);

}  // namespace waybill::tracker
