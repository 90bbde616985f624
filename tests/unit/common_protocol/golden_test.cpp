// The wire form cannot change unnoticed: every message, made from fixed keys, is compared with the file that holds it
// in tests/golden/protocol (binary in .hex as hexadecimal, text in .txt as it is), and the fuzz targets' seeds with the
// same bytes. To write the files after an intended change:  WAYBILL_WRITE_GOLDEN=1 ctest --preset dev -R
// unit_common_protocol
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "common/protocol/domains.h"
#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

std::filesystem::path source_folder() {
  const char* folder = std::getenv("WAYBILL_SOURCE");
  return folder == nullptr ? "." : folder;
}

void compare(const std::filesystem::path& file, const std::string& bytes) {
  CAPTURE(file.string());
  if (std::getenv("WAYBILL_WRITE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::ifstream in(file, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), "the golden file is missing");
  const std::string expected(std::istreambuf_iterator<char>(in), {});
  CHECK_MESSAGE(expected == bytes, "the wire form has changed");
}

// Hexadecimal in lines of 64 digits, so that a difference shows where it is.
std::string in_lines(ByteView bytes) {
  const auto hex = to_hex(bytes);
  std::string lines;
  for (std::size_t i = 0; i < hex.size(); i += 64) lines += hex.substr(i, 64) + "\n";
  return lines;
}

void check_binary(const std::string& name, const std::string& fuzz_target, ByteView bytes) {
  compare(source_folder() / "tests/golden/protocol" / (name + ".hex"), in_lines(bytes));
  compare(source_folder() / "tests/fuzz/corpus" / fuzz_target / name, ByteString(bytes));
}

void check_text(const std::string& name, const std::string& fuzz_target, const std::string& text) {
  compare(source_folder() / "tests/golden/protocol" / (name + ".txt"), text + "\n");
  compare(source_folder() / "tests/fuzz/corpus" / fuzz_target / name, text);
}

}  // namespace

TEST_CASE("golden: signed objects") {
  check_binary("order", "fuzz_signed_objects", sign_order(samples::tracker(), samples::order()).envelope);
  check_binary("acknowledgement", "fuzz_signed_objects",
               sign_acknowledgement(samples::receiver(), samples::acknowledgement()));
  check_binary("receipt", "fuzz_signed_objects", sign_receipt(samples::sender(), samples::receipt()));
  check_binary("delivery", "fuzz_signed_objects", sign_delivery(samples::receiver(), samples::delivery()));
}

TEST_CASE("golden: payloads, as seeds that a mutation cannot break the signature of") {
  check_binary("order_payload", "fuzz_signed_objects", encode_order(samples::order()));
  check_binary("path", "fuzz_bencode", encode(encode_path(samples::path())));
}

TEST_CASE("golden: the upload of receipts") {
  check_binary("receipt_batch", "fuzz_receipt_batch",
               encode_receipt_batch({sign_receipt(samples::sender(), samples::receipt()), "second"}));
  check_binary("receipt_answer", "fuzz_receipt_batch", encode_receipt_answer({0, 1, 22}));
}

TEST_CASE("golden: peer messages") {
  check_binary("peer_handshake", "fuzz_peer_messages",
               encode(encode_peer_handshake(samples::handshake(samples::receiver(), 'r'))));
  const char* names[] = {"peer_proof", "peer_order", "peer_acknowledgement", "peer_refusal", "peer_refusal_no_order"};
  const auto messages = samples::peer_messages();
  REQUIRE(messages.size() == std::size(names));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    check_binary(names[i], "fuzz_peer_messages", encode_peer_message(messages[i]));
  }
}

TEST_CASE("golden: control messages") {
  for (const auto& message : samples::control_messages()) {
    check_text("control_" + std::string(type_name(message)), "fuzz_control_messages", to_text(message));
  }
}

TEST_CASE("golden: enrolment and publication") {
  check_text("enroll_link", "fuzz_enroll", samples::enroll_link().str());
  check_text("enroll_request", "fuzz_enroll", to_json_text(samples::enroll_request()));
  std::string lines;
  for (const auto& [name, value] : to_http_headers(samples::publish_headers())) {
    lines += (lines.empty() ? "" : "\n") + name + ": " + value;
  }
  check_text("publish_headers", "fuzz_enroll", lines);
}

TEST_CASE("golden: domains and numbers") {
  std::string lines;
  for (const char* domain : {kOrderDomain, kAcknowledgementDomain, kReceiptDomain, kDeliveryDomain, kHelloDomain,
                             kEnrollDomain, kPublishDomain, kPeerDomain, kStatementDomain}) {
    lines += std::string(domain) + "\n";
  }
  for (const auto status : kAllReceiptStatuses) {
    lines += "status " + std::to_string(static_cast<int>(status)) + " " + std::string(name_of(status)) + "\n";
  }
  for (int number = 0; number < 100; ++number) {
    const auto refusal = refusal_from_number(number);
    if (static_cast<int>(refusal) == number)
      lines += "refusal " + std::to_string(number) + " " + std::string(name_of(refusal)) + "\n";
  }
  compare(source_folder() / "tests/golden/protocol/numbers.txt", lines);
}
