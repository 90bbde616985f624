#pragma once
// A folder of the test's own, gone with its object. For all tests of the agent's folders.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

namespace waybill::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "waybill-agent-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored_because_the_test_is_over;
    std::filesystem::remove_all(path_, ignored_because_the_test_is_over);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace waybill::testing
