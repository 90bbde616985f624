#include "agent/cli/daemon_requests.h"

#include <atomic>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/download_json.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;
using Reply = std::shared_ptr<net::LocalReply>;

// File names and the tracker's words need not be UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Set by the reply's callback, read by the worker that hashes.
std::shared_ptr<std::atomic<bool>> watch_for_end(const Reply& reply) {
  auto gone = std::make_shared<std::atomic<bool>>(reply->closed());
  reply->on_closed([gone] { *gone = true; });
  return gone;
}

class GetReply final : public control::DownloadWatcher {
 public:
  explicit GetReply(Reply reply) : reply_(std::move(reply)), gone_(watch_for_end(reply_)) {}
  bool gone() const override { return *gone_; }
  void progressed(const control::DownloadView& view) override { reply_->send(text_of(progress_line(view))); }
  void ended(const Result<control::DownloadView>& result) override { reply_->send(text_of(result_line(result))); }

 private:
  Reply reply_;
  std::shared_ptr<std::atomic<bool>> gone_;
};

class PublishReply final : public control::PublishWatcher {
 public:
  explicit PublishReply(Reply reply) : reply_(std::move(reply)), gone_(watch_for_end(reply_)) {}
  bool gone() const override { return *gone_; }
  void hashed(ByteCount done, ByteCount total) override { reply_->send(text_of(hashing_line(done, total))); }
  void ended(const Result<control::Published>& result) override { reply_->send(text_of(result_line(result))); }

 private:
  Reply reply_;
  std::shared_ptr<std::atomic<bool>> gone_;
};

std::string text_in(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_in(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_boolean() && found->get<bool>();
}

void get(AgentApp& app, const Json& request, const Reply& reply) {
  control::GetRequest wanted;
  wanted.url = text_in(request, "url");
  wanted.folder = text_in(request, "folder");
  wanted.output = text_in(request, "output");
  wanted.ca_file = text_in(request, "ca_file");
  wanted.sequential = flag_in(request, "sequential");
  wanted.force = flag_in(request, "force");
  const auto usable = [](const std::filesystem::path& path) { return path.empty() || path.is_absolute(); };
  const bool absolute = wanted.folder.is_absolute() && usable(wanted.output) && usable(wanted.ca_file);
  if (!absolute) return reply->send(text_of(error_line({ErrorKind::refused, false, "get needs absolute paths"})));
  app.get(std::move(wanted), std::make_shared<GetReply>(reply));
}

void publish(AgentApp& app, const Json& request, const Reply& reply) {
  const auto content_class = parse_content_class(text_in(request, "class"));
  if (!content_class) return reply->send(text_of(error_line(content_class.error())));
  control::PublishRequest wanted{text_in(request, "file"), text_in(request, "owner"), text_in(request, "title"),
                                 *content_class};
  if (!wanted.file.is_absolute()) {
    return reply->send(text_of(error_line({ErrorKind::refused, false, "publish needs an absolute path"})));
  }
  app.publish(std::move(wanted), std::make_shared<PublishReply>(reply));
}

void share(AgentApp& app, const Json& request, const Reply& reply) {
  sharing::SharingChange change;
  if (request.contains("share") && request["share"].is_boolean()) change.consented = request["share"].get<bool>();
  if (request.contains("upload_cap") && request["upload_cap"].is_number_integer()) {
    change.upload_cap = ByteRate{request["upload_cap"].get<std::int64_t>()};
  }
  if (request.contains("upload_slots") && request["upload_slots"].is_number_integer()) {
    change.upload_slots = request["upload_slots"].get<int>();
  }
  const bool asks_only = !change.consented && !change.upload_cap && !change.upload_slots;
  if (!asks_only) {
    if (auto state = app.share(change); !state) return reply->send(text_of(error_line(state.error())));
  }
  Json line{{"done", true}, {"ok", true}};
  line.update(app.sharing_facts());
  reply->send(text_of(line));
}

void status(AgentApp& app, const Reply& reply) {
  app.status([reply](const Json& facts) {
    Json line{{"done", true}, {"ok", true}};
    line.update(facts);
    reply->send(text_of(line));
  });
}

}  // namespace

void answer_request(AgentApp& app, const std::string& line, const std::shared_ptr<net::LocalReply>& reply) {
  const auto request = Json::parse(line, nullptr, false);
  const auto command = request.is_object() ? text_in(request, "command") : std::string();
  if (command == "get") return get(app, request, reply);
  if (command == "publish") return publish(app, request, reply);
  if (command == "share") return share(app, request, reply);
  if (command == "status") return status(app, reply);
  reply->send(
      text_of(error_line({ErrorKind::refused, false,
                          fmt::format("the running agent does not understand \"{}\": is it of the same version?",
                                      command.substr(0, 40))})));
}

}  // namespace waybill::cli
