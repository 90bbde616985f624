#include "tracker/cli/file_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace waybill::tracker {

namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status write_whole_file(const std::filesystem::path& file, std::string_view bytes, unsigned mode) {
  const auto beside = file.string() + fmt::format(".{}.part", ::getpid());
  const int handle = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (handle < 0) return fail(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
  bool good = write_all(handle, bytes) && ::fsync(handle) == 0;
  int why = errno;
  if (::close(handle) != 0 && good) {
    good = false;
    why = errno;
  }
  if (good && std::rename(beside.c_str(), file.c_str()) != 0) {
    good = false;
    why = errno;
  }
  if (good) return {};
  ::unlink(beside.c_str());
  return fail(fmt::format("cannot write {}: {}", file.string(), std::strerror(why)));
}

Result<std::string> read_whole_file(const std::filesystem::path& file, std::uintmax_t max_bytes) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return refuse(fmt::format("cannot read {}: {}", file.string(), error.message()));
  if (size > max_bytes) return refuse(fmt::format("{} is larger than {} bytes", file.string(), max_bytes));
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(fmt::format("cannot read {}", file.string()));
  return std::move(text).str();
}

}  // namespace waybill::tracker
