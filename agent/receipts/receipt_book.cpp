#include "agent/receipts/receipt_book.h"

#include <fmt/core.h>

#include "common/runtime/log.h"
#include "common/types/check.h"

namespace waybill::receipts {

std::string outbox_trouble(const OutboxCounts& counts) {
  if (counts.waiting < kMaxWaitingReceipts && counts.waiting_bytes < kMaxWaitingBytes) return {};
  return fmt::format("outbox full: {} receipts ({} MB) wait for the tracker; serving goes on when it has taken some",
                     counts.waiting, counts.waiting_bytes / 1'000'000);
}

ReceiptBook::ReceiptBook(Needs needs) : needs_(std::move(needs)) {}

ReceiptBook::~ReceiptBook() { *alive_ = false; }

std::vector<OrderAccount> ReceiptBook::begin(std::vector<OrderAccount> accounts) {
  needs_.loop.assert_owner();
  const auto now = needs_.clock.now();
  std::vector<OrderAccount> live;
  for (auto& account : accounts) {
    const auto id = account.order.order.id;
    const bool over = account.ended || now >= account.order.order.not_after;
    auto& kept = accounts_[id] = std::move(account);
    if (over) {
      kept.ended = true;
      cut_if_due(kept, true);
    } else {
      live.push_back(kept);
    }
  }
  tick();
  return live;
}

void ReceiptBook::order_accepted(const transfer::OrderAccepted& accepted) {
  const auto& id = accepted.order.order.id;
  auto [place, inserted] = accounts_.try_emplace(id);
  auto& account = place->second;
  if (inserted) {
    account.order = accepted.order;
    account.receiver = accepted.receiver;
  }
  account.ended = false;
  changed_.insert(id);
  flush();  // at once: the first acknowledgement must find an account that survives a crash
}

void ReceiptBook::progressed(const transfer::ServeProgress& progress) {
  const auto found = accounts_.find(progress.order);
  if (found == accounts_.end()) return;  // ended and forgotten
  observe_now(found->second, progress);
  cut_if_due(found->second, false);
  if (!cut_.empty()) flush();
}

void ReceiptBook::order_ended(const transfer::ServeEnded& ended) {
  const auto found = accounts_.find(ended.last.order);
  if (found == accounts_.end()) return;  // refused before it was accepted: nothing was served
  auto& account = found->second;
  observe_now(account, ended.last);
  account.ended = true;
  changed_.insert(ended.last.order);
  cut_if_due(account, true);
  flush();
}

void ReceiptBook::observe_now(OrderAccount& account, const transfer::ServeProgress& progress) {
  const auto now = needs_.clock.now();
  if (due(account, now, false) == CutReason::quarter_hour) cut_if_due(account, false);
  const auto before = account.last_observed;
  const auto acked = account.acked;
  observe(account, {progress.sent, progress.acked, progress.acknowledgement, progress.rate, progress.first_block}, now);
  if (account.last_observed != before || account.acked != acked) changed_.insert(progress.order);
}

void ReceiptBook::cut_if_due(OrderAccount& account, bool ending) {
  const auto reason = due(account, needs_.clock.now(), ending);
  if (reason == CutReason::none) return;
  if (reason == CutReason::ended && !closed_ && needs_.path_pending(account.receiver))
    return;  // the next tick asks again
  auto receipt = cut(account, needs_.path_to(account.receiver));
  if (!receipt) return;
  changed_.insert(receipt->id.order);
  cut_.push_back({receipt->id, protocol::sign_receipt(needs_.key, *receipt)});
}

void ReceiptBook::tick() {
  if (closed_) return;
  const auto now = needs_.clock.now();
  for (auto place = accounts_.begin(); place != accounts_.end();) {
    auto& [id, account] = *place;
    cut_if_due(account, account.ended);
    if (account.ended && !account.pending() && now > forget_after(account)) {
      changed_.erase(id);
      forgotten_.push_back(id);
      place = accounts_.erase(place);
    } else {
      ++place;
    }
  }
  flush();
  tick_timer_ = needs_.loop.after(kCheckpointInterval, [this] { tick(); });
}

OutboxChange ReceiptBook::take_change() {
  OutboxChange change;
  for (const auto& id : changed_) {
    const auto found = accounts_.find(id);
    if (found != accounts_.end()) change.accounts.push_back(found->second);
  }
  changed_.clear();
  change.receipts = std::exchange(cut_, {});
  change.forgotten = std::exchange(forgotten_, {});
  return change;
}

void ReceiptBook::flush() {
  if (saving_ || closed_) return;
  // While something is wrong an empty change is saved too: it asks whether it still is.
  auto change = std::make_shared<const OutboxChange>(take_change());
  if (change->empty() && trouble_.empty()) return;
  saving_ = change;
  auto* store = &needs_.store;
  needs_.storage.call<Saved>(
      [store, change]() -> Saved {
        if (auto status = store->save(*change); !status) return pass_on(status);
        return store->counts();
      },
      [this, alive = alive_, change](Saved result) {
        if (*alive) saved(*change, std::move(result));
      });
}

void ReceiptBook::saved(const OutboxChange& change, Saved result) {
  saving_ = nullptr;
  if (!result) {
    // Nothing of it is on disk: it goes with the next change. The accounts' latest values are in memory.
    for (const auto& account : change.accounts) changed_.insert(account.order.order.id);
    cut_.insert(cut_.begin(), change.receipts.begin(), change.receipts.end());
    forgotten_.insert(forgotten_.end(), change.forgotten.begin(), change.forgotten.end());
    set_trouble(result.error().message);
    return;  // the next tick tries again
  }
  counts_ = *result;
  set_trouble(outbox_trouble(counts_));
  if (!change.receipts.empty()) needs_.receipts_saved();
  if (!cut_.empty()) flush();
}

void ReceiptBook::set_trouble(std::string reason) {
  if ((reason.empty() && trouble_.empty()) || reason == trouble_) return;
  const bool changed = reason.empty() != trouble_.empty();
  trouble_ = std::move(reason);
  if (!changed) return;
  if (trouble_.empty()) {
    WAYBILL_INFO("receipts", "receipts can be kept again: serving goes on");
  } else {
    WAYBILL_ERROR("receipts", "serving stops, because receipts cannot be kept: {}", trouble_);
  }
  needs_.may_serve(trouble_);
}

Status ReceiptBook::close() {
  needs_.loop.assert_owner();
  if (closed_) return {};
  closed_ = true;
  tick_timer_.cancel();
  for (auto& [id, account] : accounts_) cut_if_due(account, true);
  auto* store = &needs_.store;
  auto change = take_change();
  if (saving_) {
    // A save is under way, and nobody will hear how it ended. It runs before this one; saying the same twice is safe.
    change.receipts.insert(change.receipts.begin(), saving_->receipts.begin(), saving_->receipts.end());
    change.accounts.insert(change.accounts.begin(), saving_->accounts.begin(), saving_->accounts.end());
    change.forgotten.insert(change.forgotten.end(), saving_->forgotten.begin(), saving_->forgotten.end());
  }
  if (change.empty()) return {};
  return needs_.storage.call_and_wait<Status>([store, &change] { return store->save(change); });
}

std::vector<OrderId> ReceiptBook::live_orders() const {
  std::vector<OrderId> orders;
  const auto now = needs_.clock.now();
  for (const auto& [id, account] : accounts_) {
    if (!account.ended && now < account.order.order.not_after) orders.push_back(id);
  }
  return orders;
}

const OrderAccount* ReceiptBook::account(const OrderId& order) const {
  const auto found = accounts_.find(order);
  return found == accounts_.end() ? nullptr : &found->second;
}

}  // namespace waybill::receipts
