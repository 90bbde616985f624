// The upload of receipts and its answer (declared in receipt.h).
#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"
#include "common/protocol/receipt.h"

namespace waybill::protocol {

namespace {

constexpr std::int64_t kLargestStatus = 1'000'000;  // room for later versions' numbers

}  // namespace

ByteString encode_receipt_batch(const std::vector<ByteString>& envelopes) {
  List receipts(envelopes.begin(), envelopes.end());
  return encode(Dictionary{{"receipts", std::move(receipts)}});
}

Result<std::vector<ByteString>> decode_receipt_batch(ByteView body) {
  auto value = decode(body, kMaxBatchBytes);
  if (!value) return pass_on(value.error(), "the batch of receipts is malformed");
  FieldReader fields(*value, "the batch of receipts");
  std::vector<ByteString> envelopes;
  for (const auto& item : fields.list("receipts", kMaxReceiptsPerBatch)) {
    if (const auto* envelope = std::get_if<ByteString>(&item)) {
      envelopes.push_back(*envelope);
    } else {
      fields.fault("it holds something that is no envelope");
    }
  }
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return envelopes;
}

ByteString encode_receipt_answer(const std::vector<int>& statuses) {
  List list(statuses.begin(), statuses.end());
  return encode(Dictionary{{"statuses", std::move(list)}});
}

Result<std::vector<int>> decode_receipt_answer(ByteView body, std::size_t expected) {
  const auto value = decode(body, kMaxBatchBytes);
  if (!value) return pass_on(value.error(), "the answer to a batch of receipts is malformed");
  FieldReader fields(*value, "the answer to a batch of receipts");
  const auto& list = fields.list("statuses", kMaxReceiptsPerBatch);
  if (list.size() != expected) fields.fault("it has another number of statuses than there were receipts");
  std::vector<int> statuses;
  for (const auto& item : list) {
    const auto* number = std::get_if<std::int64_t>(&item);
    if (number == nullptr || *number < 0 || *number > kLargestStatus) {
      fields.fault("it holds something that is no status");
    } else {
      statuses.push_back(static_cast<int>(*number));
    }
  }
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return statuses;
}

}  // namespace waybill::protocol
