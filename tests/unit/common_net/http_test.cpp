#include "common/net/http.h"

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::net;

namespace {

HttpRequest request_for(std::string target) {
  HttpRequest request;
  request.target = std::move(target);
  return request;
}

}  // namespace

TEST_CASE("path and query of a target") {
  const auto request = request_for("/report?from=a%20b&to=c+d&empty=&flag&from=second&%66ull=1");
  CHECK(request.path() == "/report");
  CHECK(request.query("from") == "a b");
  CHECK(request.query("to") == "c d");
  CHECK(request.query("empty").empty());
  CHECK(request.query("flag").empty());
  CHECK(request.query("absent").empty());
  CHECK(request.query("full") == "1");
  CHECK(request_for("/x").query("a").empty());
  CHECK(request_for("/x?").query("").empty());
  CHECK(request_for("/x?a=b=c").query("a") == "b=c");
}

TEST_CASE("a stray percent sign stands for itself") {
  CHECK(request_for("/?a=100%").query("a") == "100%");
  CHECK(request_for("/?a=%4").query("a") == "%4");
  CHECK(request_for("/?a=%zz").query("a") == "%zz");
  CHECK(request_for("/?a=%00b").query("a") == std::string("\0b", 2));
}

TEST_CASE("percent_encode and query are inverse for every byte") {
  ByteString all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<char>(value));
  CHECK(request_for("/?a=" + percent_encode(all) + "&b=1").query("a") == all);
  CHECK(percent_encode("a-Z_0.~ /&") == "a-Z_0.~%20%2F%26");
}
