#include "tracker/store/postgres_error_detail.h"

namespace waybill::tracker {

namespace {

// The server's text may have several lines; an error is one.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\t' ? ' ' : c;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

Error describe_postgres_error(const std::string& place, const std::string& state, const std::string& message) {
  const auto detail = " (" + one_line(message) + ")";
  const auto transient = [&](const std::string& what) { return Error{ErrorKind::failed, true, place + what + detail}; };
  const auto is = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (state.empty() || is("08")) return transient(" cannot be reached; is the server running?");
  if (is("57P")) return transient(" is shutting down or starting; try again");
  if (is("40")) return transient(": another transaction was in the way; try again");  // serialization, deadlock
  if (is("55P03")) return transient(" is locked by another transaction; try again");
  if (is("57014")) return transient(": the server ended the statement after its time limit; try again");
  if (is("53100")) return transient(": no space is left; free some on the server's disk");
  if (is("53")) return transient(": the server is short of memory or connections; try again");
  if (is("58")) return transient(": the server's disk or operating system failed; see its log");
  if (is("25006")) return {ErrorKind::failed, false, place + " is open read-only, or is a standby server" + detail};
  if (is("3D000")) return {ErrorKind::refused, false, place + " does not exist; make it with `createdb` first"};
  if (is("28")) return {ErrorKind::refused, false, place + " refused the user or the password" + detail};
  if (is("22021") || is("22P05")) return {ErrorKind::refused, false, "a text is not valid UTF-8" + detail};
  return {ErrorKind::failed, false, place + ": " + one_line(message)};
}

}  // namespace waybill::tracker
