#pragma once
// Where a download goes, and what may stand in its way on the disk.
#include <filesystem>
#include <string>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::control {

// `output` as it is, a folder as the place for `name`, nothing as `folder` / `name`.
std::filesystem::path choose_output(const std::filesystem::path& output, const std::filesystem::path& folder,
                                    const std::string& name);

enum class Place {
  free,      // nothing is there
  occupied,  // a file of the right size is there: its bytes decide whether it is the content
};
// Refuses a missing folder, a folder in the file's place, a file of another size (unless `force`, which removes it),
// and a disk without room for what is missing of `size`; each with what to do.
Result<Place> prepare_output(const std::filesystem::path& path, ByteCount size, bool force);

}  // namespace waybill::control
