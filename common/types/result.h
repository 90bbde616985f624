#pragma once
// How things go wrong, in three kinds that are never mixed:
//  - refused: the other side's fault (bad input, no permission). Named, counted, changes nothing.
//  - failed: an operating failure (disk full, connection lost). Reported; retried where `transient`.
//  - our own bug: WAYBILL_ASSERT in check.h aborts with a message.
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace waybill {

enum class ErrorKind { refused, failed };

struct Error {
  ErrorKind kind = ErrorKind::failed;
  bool transient = false;  // the same call may succeed later
  std::string message;     // one line: what happened and, for a person, what to do
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;  // "it worked" or why not

inline tl::unexpected<Error> refuse(std::string message) {
  return tl::make_unexpected(Error{ErrorKind::refused, false, std::move(message)});
}
inline tl::unexpected<Error> fail(std::string message) {
  return tl::make_unexpected(Error{ErrorKind::failed, false, std::move(message)});
}
inline tl::unexpected<Error> fail_transient(std::string message) {
  return tl::make_unexpected(Error{ErrorKind::failed, true, std::move(message)});
}

// Passes an error on with the place where it happened in front: "cannot read config.toml: no such file".
inline tl::unexpected<Error> pass_on(Error error, std::string_view context) {
  error.message = std::string(context) + ": " + error.message;
  return tl::make_unexpected(std::move(error));
}
template <typename T>
tl::unexpected<Error> pass_on(Result<T>& result) {
  return tl::make_unexpected(std::move(result).error());
}

}  // namespace waybill
