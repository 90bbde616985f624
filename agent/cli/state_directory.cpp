#include "agent/cli/state_directory.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

namespace waybill::cli {

namespace fs = std::filesystem;

fs::path StateDirectory::default_root() {
  if (::geteuid() == 0) return "/var/lib/waybill-agent";
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/')
    return fs::path(data) / "waybill";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : ".") / ".local/share/waybill";
}

Status StateDirectory::create() const {
  std::error_code error;
  const bool created = fs::create_directories(root, error);
  if (error) return fail(fmt::format("cannot create the data folder {}: {}", root.string(), error.message()));
  if (created) fs::permissions(root, fs::perms::owner_all, error);
  if (error) return fail(fmt::format("cannot protect the data folder {}: {}", root.string(), error.message()));
  return {};
}

Result<std::unique_ptr<StateLock>> StateLock::take(const StateDirectory& directory) {
  const auto file = directory.lock();
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
  std::unique_ptr<StateLock> lock(new StateLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const auto got = ::pread(fd, holder, sizeof holder - 1, 0);
    const std::string who =
        got > 0 ? fmt::format(" (process {})", std::string(holder, std::strcspn(holder, "\n"))) : "";
    return refuse(fmt::format("another waybill-agent{} uses {}: end it, or name another folder with --data", who,
                              directory.root.string()));
  }
  const auto mine = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, mine.data(), mine.size(), 0) < 0) {
    return fail(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
  }
  return lock;
}

StateLock::~StateLock() { ::close(fd_); }

}  // namespace waybill::cli
