#pragma once
// A file that may be compressed with gzip or bzip2: which, its first bytes say, whatever its name is.
#include <filesystem>
#include <memory>

#include "tracker/routing/byte_stream.h"

namespace waybill::tracker {

// Several compressed parts one behind the other (pbzip2, cat) are one stream. Reading refuses a compressed file that
// ends inside a part, or has a wrong checksum, or bytes behind its last part that are no further one.
Result<std::unique_ptr<ByteStream>> open_dump_file(const std::filesystem::path& file);

}  // namespace waybill::tracker
