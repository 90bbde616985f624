#include "agent/control/output_file.h"

#include <fmt/core.h>

#include "agent/sharing/rate_text.h"

namespace waybill::control {

namespace fs = std::filesystem;

namespace {

// What the engine has fetched into PATH.part already takes no further room. Files may be sparse: blocks are not asked.
std::int64_t size_of_part(const fs::path& path) {
  auto part = path;
  part += ".part";
  std::error_code absent;
  const auto size = fs::file_size(part, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

fs::path choose_output(const fs::path& output, const fs::path& folder, const std::string& name) {
  if (output.empty()) return (folder / name).lexically_normal();
  std::error_code ignored_because_absent_is_no_folder;
  if (fs::is_directory(output, ignored_because_absent_is_no_folder)) return (output / name).lexically_normal();
  return output.lexically_normal();
}

Result<Place> prepare_output(const fs::path& path, ByteCount size, bool force) {
  std::error_code error;
  const auto folder = path.parent_path();
  if (!fs::is_directory(folder, error)) {
    return refuse(fmt::format("the folder {} does not exist: create it, or name another with -o", folder.string()));
  }
  const auto status = fs::status(path, error);
  if (fs::exists(status)) {
    if (!fs::is_regular_file(status)) {
      return refuse(fmt::format("{} is in the way and is not a file: name another with -o", path.string()));
    }
    const auto found = fs::file_size(path, error);
    if (!force && !error && static_cast<std::int64_t>(found) == size.value) return Place::occupied;
    if (!force) {
      return refuse(fmt::format("{} exists and is another file: name another with -o, or replace it with --force",
                                path.string()));
    }
    if (!fs::remove(path, error)) return fail(fmt::format("cannot replace {}: {}", path.string(), error.message()));
  }
  const auto space = fs::space(folder, error);
  const auto needed = size.value - size_of_part(path);
  if (!error && static_cast<std::int64_t>(space.available) < needed) {
    return refuse(fmt::format(
        "the disk is full: {} has {} left, {} are needed; make room, or name another folder with -o", folder.string(),
        sharing::format_bytes(static_cast<std::int64_t>(space.available)), sharing::format_bytes(needed)));
  }
  return Place::free;
}

}  // namespace waybill::control
