#pragma once
// HTTP messages as bytes, without Beast: what this folder writes, it writes itself, in one piece.
#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

#include "common/net/http.h"

namespace waybill::net {

// The head of a message that is being written. Values lose their control characters: no text from elsewhere can start a
// header of its own (RFC 9110 5.5).
class HeadWriter {
 public:
  explicit HeadWriter(std::string_view first_line) { text_.append(first_line).append("\r\n"); }
  void add(std::string_view name, std::string_view value);
  // All but those that the connection itself decides: content-length, connection, transfer-encoding, host.
  void add_all(const std::map<std::string, std::string>& headers);
  std::string take() && { return std::move(text_) + "\r\n"; }

 private:
  std::string text_;
};

// Everything up to and with the empty line. `now` is for the Date header (RFC 9110 6.6.1).
std::string response_head(const HttpResponse& response, std::string_view reason, bool keep_alive, std::time_t now);
std::string request_head(const HttpRequest& request, std::string_view target, std::string_view authority,
                         bool keep_alive);

// Whether a comma-separated header names the token; both in any case (RFC 9110 5.6.1).
bool lists_token(std::string_view header, std::string_view lower_case_token);
// A GET that asks to continue as a WebSocket (RFC 6455 4.2.1).
bool asks_for_web_socket(const HttpRequest& request);
// Text of the other side, fit for one line of a message of ours: no control characters, at most 200 bytes.
std::string printable(std::string_view text);

// From the fields of a Beast message; a name that comes twice is joined with a comma (RFC 9110 5.3).
template <typename Fields>
std::map<std::string, std::string> header_map(const Fields& fields) {
  std::map<std::string, std::string> headers;
  for (const auto& field : fields) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto [entry, first] = headers.try_emplace(std::move(name), field.value());
    if (!first) entry->second.append(", ").append(field.value().data(), field.value().size());
  }
  return headers;
}

}  // namespace waybill::net
