#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "common/protocol/domains.h"
#include "tracker/agreements/document_reader_json.h"
#include "tracker/settlement/export_reading_json.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// Throws json::exception where a field is missing or mistyped.
Status check_items(const json& value, const crypto::PublicKey& key, const std::string& statement) {
  const auto signature = crypto::Signature::from_hex(value.at("items_signature").get<std::string>());
  if (!signature) return pass_on(signature.error(), "signature of the items");
  const auto& items = value.at("items");
  if (!crypto::verify(key, protocol::kStatementDomain, document_dump(items), *signature)) {
    return refuse("the items' signature is not the tracker key's: they were changed");
  }
  if (items.at("format") != kItemsFormat) return refuse("the items are not of a version that this program knows");
  if (items.at("statement") != to_hex(crypto::sha256(statement))) return refuse("the items are of another statement");
  return {};
}

Result<ReadExport> read_fields(const json& value) {
  if (value.at("format") != kExportFormat)
    return refuse("not a settlement export of a version that this program knows");
  const auto key = crypto::PublicKey::from_hex(value.at("tracker_key").get<std::string>());
  if (!key) return pass_on(key.error(), "tracker_key");
  const auto& text = value.at("signed").at("text").get_ref<const std::string&>();
  const auto signature = crypto::Signature::from_hex(value.at("signed").at("signature").get<std::string>());
  if (!signature) return pass_on(signature.error(), "signature of the statement");
  if (!crypto::verify(*key, protocol::kStatementDomain, text, *signature)) {
    return refuse("the statement's signature is not the tracker key's: the text or the key was changed");
  }
  auto statement = read_statement(text);
  if (!statement) return pass_on(statement);
  if (json::parse(text) != value.at("statement")) return refuse("the readable statement differs from the signed one");
  ReadExport result{*key, std::move(*statement), std::nullopt, std::nullopt};
  if (const auto found = value.find("evidence"); found != value.end()) result.evidence = *found;
  if (const auto found = value.find("items"); found != value.end()) {
    if (auto good = check_items(value, *key, text); !good) return tl::make_unexpected(good.error());
    result.items = *found;
  }
  return result;
}

}  // namespace

Result<ReadExport> read_export(const std::string& text) {
  try {
    return read_fields(json::parse(text));
  } catch (const json::exception& error) {
    return refuse(fmt::format("not a settlement export: {}", error.what()));
  }
}

Result<Statement> statement_of_export(const std::string& text) {
  auto read = read_export(text);
  if (!read) return pass_on(read);
  return std::move(read->statement);
}

}  // namespace waybill::tracker
