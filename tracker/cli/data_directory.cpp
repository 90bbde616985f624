#include "tracker/cli/data_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waybill::tracker {

namespace {

constexpr char kDefaultDirectory[] = "/var/lib/waybill-tracker";
constexpr char kEnvironment[] = "WAYBILL_TRACKER_DATA";

}  // namespace

Result<DataDirectory> find_data_directory(const std::string& given) {
  std::filesystem::path path = given;
  std::error_code error;
  if (path.empty()) {
    const char* environment = std::getenv(kEnvironment);
    path = environment != nullptr && *environment != '\0' ? environment : kDefaultDirectory;
    if (environment == nullptr && !std::filesystem::is_directory(path, error)) {
      return refuse(fmt::format("no data directory: give --data DIR or set {} ({} does not exist)", kEnvironment,
                                kDefaultDirectory));
    }
  }
  DataDirectory directory{path};
  if (!std::filesystem::is_directory(path, error)) {
    return refuse(fmt::format("{} is not a directory: make it a tracker's with `waybill-tracker init {}`",
                              path.string(), path.string()));
  }
  if (!std::filesystem::exists(directory.key(), error)) {
    return refuse(
        fmt::format("{} holds no tracker's key: `waybill-tracker init` makes a data directory", path.string()));
  }
  return directory;
}

std::string DataDirectory::store(const std::string& setting) const {
  return setting.find("://") == std::string::npos ? (path / setting).string() : setting;
}

std::string place_to_show(const std::string& store) {
  const auto scheme = store.find("://");
  if (scheme == std::string::npos) return store;
  const auto begin = scheme + 3;
  const auto end = std::min(store.find('?', begin), store.size());
  const auto user = store.rfind('@', end);
  const auto from = user == std::string::npos || user < begin ? begin : user + 1;
  return store.substr(0, begin) + store.substr(from, end - from);
}

void keep_files_private() { ::umask(0077); }

Result<std::optional<DataLock>> DataLock::try_take(const DataDirectory& directory) {
  const int file = ::open(directory.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fail(fmt::format("cannot open {}: {}", directory.lock().string(), std::strerror(errno)));
  DataLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return std::optional<DataLock>(std::move(lock));
  if (errno == EWOULDBLOCK) return std::optional<DataLock>();
  return fail(fmt::format("cannot lock {}: {}", directory.lock().string(), std::strerror(errno)));
}

DataLock::DataLock(DataLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace waybill::tracker
