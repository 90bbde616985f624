#include "agent/storage/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "common/types/file_descriptor.h"

namespace waybill::storage {

namespace {

tl::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& file) {
  return fail(fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno)));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t max_bytes) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return cannot("open", file);
  std::string text;
  char buffer[4096];
  for (;;) {
    const auto got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", file);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      return refuse(
          fmt::format("{} is larger than {} bytes: it is not the file that is meant", file.string(), max_bytes));
    }
  }
}

Status write_text_file(const std::filesystem::path& file, const std::string& text) {
  auto temporary = file;
  temporary += ".new";
  {
    const FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd.get() < 0) return cannot("write", temporary);
    if (!write_all(fd.get(), text) || ::fsync(fd.get()) != 0) return cannot("write", temporary);
  }
  if (std::rename(temporary.c_str(), file.c_str()) != 0) return cannot("replace", file);
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return cannot("record", file);
  return {};
}

}  // namespace waybill::storage
