#include "tracker/store/migrations_detail.h"

namespace waybill::tracker {

namespace {

// Step 1. Times are UTC milliseconds, addresses 16 bytes (IPv4-mapped), ids 0 mean "none".
// Orders, receipts and their states lead with the order id, which is random: it hash-distributes.
constexpr char kRegistryAndEvidence[] = R"sql(
CREATE TABLE settings(name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('table_version', 1);

CREATE TABLE isps(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, asn INTEGER, timezone TEXT NOT NULL) STRICT;
CREATE TABLE prefixes(
  address BLOB NOT NULL, length INTEGER NOT NULL, isp INTEGER NOT NULL REFERENCES isps(id) ON DELETE CASCADE,
  PRIMARY KEY(address, length)) STRICT, WITHOUT ROWID;
CREATE TABLE agreements(
  id INTEGER PRIMARY KEY AUTOINCREMENT, isp INTEGER NOT NULL REFERENCES isps(id), valid_from INTEGER NOT NULL,
  valid_until INTEGER, grant_kind INTEGER NOT NULL, from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL,
  quota INTEGER NOT NULL, quota_period INTEGER NOT NULL, currency TEXT NOT NULL, on_net INTEGER NOT NULL,
  off_net INTEGER NOT NULL) STRICT;
CREATE TABLE contents(
  id BLOB PRIMARY KEY NOT NULL, owner TEXT NOT NULL, title TEXT NOT NULL, size INTEGER NOT NULL,
  piece_length INTEGER NOT NULL, pieces INTEGER NOT NULL, published INTEGER NOT NULL, publisher BLOB NOT NULL,
  removed INTEGER, class INTEGER NOT NULL, torrent BLOB NOT NULL) STRICT;
CREATE TABLE enroll_tokens(token_hash BLOB PRIMARY KEY NOT NULL, role INTEGER NOT NULL, created INTEGER NOT NULL)
  STRICT;
CREATE TABLE agents(
  key BLOB PRIMARY KEY NOT NULL, role INTEGER NOT NULL, name TEXT NOT NULL, enrolled INTEGER NOT NULL) STRICT;

CREATE TABLE orders(
  id BLOB PRIMARY KEY NOT NULL, content BLOB NOT NULL, owner TEXT NOT NULL, sender BLOB NOT NULL,
  receiver BLOB NOT NULL, agreement INTEGER NOT NULL, source_isp INTEGER NOT NULL, destination_isp INTEGER NOT NULL,
  sender_address BLOB NOT NULL, receiver_address BLOB NOT NULL, issued_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, byte_limit INTEGER NOT NULL, pieces INTEGER NOT NULL,
  on_net INTEGER NOT NULL, cdn_node INTEGER NOT NULL, class INTEGER NOT NULL, envelope BLOB NOT NULL) STRICT;
-- A receipt's end lies within its order's window and the clock tolerance: these find the receipts of a period too.
CREATE INDEX orders_by_source ON orders(source_isp, not_after);
CREATE INDEX orders_by_issue ON orders(issued_at);

CREATE TABLE order_states(
  order_id BLOB PRIMARY KEY NOT NULL REFERENCES orders(id), last_sequence INTEGER NOT NULL, receipts INTEGER NOT NULL,
  acked_total INTEGER NOT NULL, sent_total INTEGER NOT NULL, acked_pieces INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The resolved paths, each once. A receipt and its path are, together, the records of FIG. 5: one for each component.
CREATE TABLE paths(
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, printed TEXT NOT NULL, isps TEXT NOT NULL,
  table_version INTEGER NOT NULL, on_net INTEGER NOT NULL) STRICT;
CREATE TABLE network_components(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL) STRICT;
CREATE TABLE path_components(
  path_id INTEGER NOT NULL REFERENCES paths(id), position INTEGER NOT NULL,
  component_id INTEGER NOT NULL REFERENCES network_components(id), registered INTEGER NOT NULL, label TEXT NOT NULL,
  owner TEXT NOT NULL, isp INTEGER NOT NULL, into_isp INTEGER NOT NULL, near_address BLOB, far_address BLOB,
  inferred INTEGER NOT NULL, PRIMARY KEY(path_id, position)) STRICT, WITHOUT ROWID;
CREATE INDEX path_components_by_component ON path_components(component_id, path_id);

CREATE TABLE receipts(
  order_id BLOB NOT NULL REFERENCES orders(id), sequence INTEGER NOT NULL, start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL, acked INTEGER NOT NULL, sent INTEGER NOT NULL, received_at INTEGER NOT NULL,
  path_id INTEGER NOT NULL REFERENCES paths(id), envelope BLOB NOT NULL, PRIMARY KEY(order_id, sequence)) STRICT;
CREATE INDEX receipts_by_path ON receipts(path_id, end_ms);

CREATE TABLE refusals(
  status INTEGER NOT NULL, source_isp INTEGER NOT NULL, quarter INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(status, source_isp, quarter)) STRICT, WITHOUT ROWID;
CREATE TABLE refusal_examples(
  status INTEGER NOT NULL, source_isp INTEGER NOT NULL, day INTEGER NOT NULL, received_at INTEGER NOT NULL,
  envelope BLOB NOT NULL, PRIMARY KEY(status, source_isp, day)) STRICT;
CREATE TABLE deliveries(
  content BLOB NOT NULL, receiver BLOB NOT NULL, started INTEGER NOT NULL, owner TEXT NOT NULL,
  receiver_isp INTEGER NOT NULL, size INTEGER NOT NULL, completed INTEGER NOT NULL, envelope BLOB NOT NULL,
  PRIMARY KEY(content, receiver, started)) STRICT;
CREATE INDEX deliveries_by_completion ON deliveries(completed);

-- '', x'' and class 0 stand for "not of this kind", so that the key is unique. Its order serves the questions by
-- client, then by content, then by owner.
CREATE TABLE accounting_objects(
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, client BLOB NOT NULL, content BLOB NOT NULL, owner TEXT NOT NULL,
  class INTEGER NOT NULL, from_isp INTEGER NOT NULL, to_isp INTEGER NOT NULL, agreement INTEGER NOT NULL,
  cdn_node INTEGER NOT NULL,
  UNIQUE(kind, client, content, owner, class, from_isp, to_isp, agreement, cdn_node)) STRICT;
CREATE TABLE account_counters(
  object_id INTEGER NOT NULL REFERENCES accounting_objects(id), quarter INTEGER NOT NULL, acked INTEGER NOT NULL,
  sent INTEGER NOT NULL, receipts INTEGER NOT NULL, PRIMARY KEY(object_id, quarter)) STRICT, WITHOUT ROWID;
)sql";

// Alerts. Deliveries are found by their id, which is random: it hash-distributes.
constexpr char kAlerts[] = R"sql(
CREATE TABLE alert_channels(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, settings TEXT NOT NULL, secret BLOB NOT NULL,
  created INTEGER NOT NULL, removed INTEGER) STRICT;
CREATE TABLE alert_rules(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL,
  created INTEGER NOT NULL, ended INTEGER) STRICT;
CREATE TABLE alert_rule_channels(
  rule INTEGER NOT NULL REFERENCES alert_rules(id), channel INTEGER NOT NULL REFERENCES alert_channels(id),
  PRIMARY KEY(rule, channel)) STRICT, WITHOUT ROWID;
CREATE TABLE alert_events(
  id INTEGER PRIMARY KEY AUTOINCREMENT, rule INTEGER NOT NULL REFERENCES alert_rules(id), happened INTEGER NOT NULL,
  event TEXT NOT NULL) STRICT;
CREATE INDEX alert_events_by_rule ON alert_events(rule, id);
CREATE TABLE alert_deliveries(
  id BLOB PRIMARY KEY NOT NULL, event INTEGER NOT NULL REFERENCES alert_events(id),
  channel INTEGER NOT NULL REFERENCES alert_channels(id), created INTEGER NOT NULL, attempts INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL, state INTEGER NOT NULL, finished INTEGER, error TEXT NOT NULL) STRICT;
CREATE INDEX alert_deliveries_by_channel ON alert_deliveries(channel, state, event);
CREATE INDEX alert_deliveries_by_event ON alert_deliveries(event);
)sql";

// The books. A transaction's id is a hash of its content and leads its postings' key: both hash-distribute by it.
constexpr char kLedger[] = R"sql(
CREATE TABLE agreement_documents(
  agreement INTEGER PRIMARY KEY REFERENCES agreements(id), text TEXT NOT NULL) STRICT;
CREATE TABLE owner_contracts(
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER,
  text TEXT NOT NULL) STRICT;
CREATE TABLE closed_periods(
  party_kind INTEGER NOT NULL, party TEXT NOT NULL, name TEXT NOT NULL, from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL, closed_at INTEGER NOT NULL, statement_hash BLOB NOT NULL, statement TEXT NOT NULL,
  PRIMARY KEY(party_kind, party, name)) STRICT;
CREATE TABLE ledger_transactions(
  id BLOB PRIMARY KEY NOT NULL, recorded INTEGER NOT NULL, date TEXT NOT NULL, description TEXT NOT NULL,
  source TEXT NOT NULL) STRICT;
CREATE TABLE ledger_postings(
  transaction_id BLOB NOT NULL REFERENCES ledger_transactions(id), number INTEGER NOT NULL, role INTEGER NOT NULL,
  party TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, memo TEXT NOT NULL,
  PRIMARY KEY(transaction_id, number)) STRICT, WITHOUT ROWID;
CREATE TABLE invoices(
  series TEXT NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, party_kind INTEGER NOT NULL, party TEXT NOT NULL,
  period TEXT NOT NULL, statement_hash BLOB NOT NULL, currency TEXT NOT NULL, credits TEXT NOT NULL,
  issued INTEGER NOT NULL, total_minor INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(series, number)) STRICT;
CREATE INDEX invoices_by_party ON invoices(party_kind, party, period);
CREATE TABLE ledger_secrets(name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
)sql";

// Network capacity policies. Few, and read as a whole: they need no key to be spread by.
constexpr char kPolicies[] = R"sql(
CREATE TABLE policies(
  id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, created INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  valid_until INTEGER) STRICT;
)sql";

// What operators say about the network, and when records were resolved again by it. Small: on every node.
constexpr char kComponents[] = R"sql(
CREATE TABLE components(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, owner TEXT NOT NULL,
  isp INTEGER NOT NULL, country TEXT NOT NULL, state TEXT NOT NULL, city TEXT NOT NULL) STRICT;
-- An address (length -1), a prefix, or a pattern of reverse DNS names (no address).
CREATE TABLE component_matches(
  component INTEGER NOT NULL REFERENCES components(id) ON DELETE CASCADE, number INTEGER NOT NULL, address BLOB,
  length INTEGER NOT NULL, pattern TEXT NOT NULL, PRIMARY KEY(component, number)) STRICT;
CREATE TABLE component_insights(
  id INTEGER PRIMARY KEY AUTOINCREMENT, near_key TEXT NOT NULL, far_key TEXT NOT NULL,
  lies INTEGER NOT NULL REFERENCES components(id), both_ways INTEGER NOT NULL) STRICT;
CREATE TABLE re_resolutions(
  id INTEGER PRIMARY KEY AUTOINCREMENT, happened INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER,
  table_version INTEGER NOT NULL, receipts INTEGER NOT NULL, changed INTEGER NOT NULL) STRICT;
-- What each record was before. Distributes by the order's id, as the receipts do.
CREATE TABLE re_resolved_receipts(
  re_resolution INTEGER NOT NULL REFERENCES re_resolutions(id), order_id BLOB NOT NULL, sequence INTEGER NOT NULL,
  from_path INTEGER NOT NULL REFERENCES paths(id), to_path INTEGER NOT NULL REFERENCES paths(id),
  PRIMARY KEY(re_resolution, order_id, sequence)) STRICT, WITHOUT ROWID;
)sql";

// Accounting objects that a person made. object_counters and object_members distribute by object_id.
constexpr char kObjects[] = R"sql(
CREATE TABLE objects(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, ended INTEGER,
  since_quarter INTEGER NOT NULL, until_quarter INTEGER, owner TEXT, content BLOB, class INTEGER, on_net INTEGER,
  from_minute INTEGER, to_minute INTEGER, timezone TEXT NOT NULL, detail INTEGER NOT NULL, grain INTEGER NOT NULL,
  change INTEGER NOT NULL) STRICT;
CREATE INDEX objects_by_change ON objects(change);
CREATE TABLE object_entities(
  object_id INTEGER NOT NULL REFERENCES objects(id), position INTEGER NOT NULL, kind INTEGER NOT NULL,
  component TEXT NOT NULL, client BLOB NOT NULL, isp INTEGER NOT NULL, other_isp INTEGER NOT NULL,
  PRIMARY KEY(object_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE object_counters(
  object_id INTEGER NOT NULL, member TEXT NOT NULL, quarter INTEGER NOT NULL, acked INTEGER NOT NULL,
  sent INTEGER NOT NULL, receipts INTEGER NOT NULL, PRIMARY KEY(object_id, member, quarter)) STRICT, WITHOUT ROWID;
CREATE TABLE object_members(
  object_id INTEGER NOT NULL, member TEXT NOT NULL, appeared INTEGER NOT NULL,
  PRIMARY KEY(object_id, member)) STRICT, WITHOUT ROWID;
CREATE INDEX object_members_by_member ON object_members(member, object_id);
)sql";

// Tokens of the API. Few; only hashes.
constexpr char kAccessTokens[] = R"sql(
CREATE TABLE access_tokens(
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL, role INTEGER NOT NULL,
  isp INTEGER NOT NULL, owner TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
  revoked INTEGER) STRICT;
)sql";

// Reports that are asked by a schedule. The answers distribute by their report.
constexpr char kSavedReports[] = R"sql(
CREATE TABLE saved_reports(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, question TEXT NOT NULL, schedule TEXT NOT NULL,
  created INTEGER NOT NULL, next_due INTEGER NOT NULL, ended INTEGER) STRICT;
CREATE TABLE report_answers(
  report INTEGER NOT NULL REFERENCES saved_reports(id), due INTEGER NOT NULL, answered INTEGER NOT NULL,
  failed INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(report, due)) STRICT, WITHOUT ROWID;
)sql";

// When each member of an object last carried something.
constexpr char kObjectMembersSeen[] = R"sql(
ALTER TABLE object_members ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
UPDATE object_members SET last_seen = coalesce((SELECT max(c.quarter) FROM object_counters c
  WHERE c.object_id = object_members.object_id AND c.member = object_members.member), appeared);
)sql";

// Sums over longer stretches (time_spans.h) beside the quarters of the accounts, and counters of what components and
// uplinks carried: no question reads receipts one by one. All of them are worked out here from what was there.
// account_spans and component_counters distribute by object_id, uplink_counters by source_isp.
constexpr char kCounters[] = R"sql(
CREATE TABLE account_spans(
  object_id INTEGER NOT NULL REFERENCES accounting_objects(id), grain INTEGER NOT NULL, number INTEGER NOT NULL,
  acked INTEGER NOT NULL, sent INTEGER NOT NULL, receipts INTEGER NOT NULL,
  PRIMARY KEY(object_id, grain, number)) STRICT, WITHOUT ROWID;
-- A component as paths show it: all of its traffic (owner '', class 0), or that of one owner's content of one class.
CREATE TABLE component_objects(
  id INTEGER PRIMARY KEY, component_id INTEGER NOT NULL REFERENCES network_components(id), isp INTEGER NOT NULL,
  into_isp INTEGER NOT NULL, owner TEXT NOT NULL, class INTEGER NOT NULL,
  UNIQUE(owner, class, component_id, isp, into_isp)) STRICT;
CREATE TABLE component_counters(
  object_id INTEGER NOT NULL REFERENCES component_objects(id), grain INTEGER NOT NULL, number INTEGER NOT NULL,
  acked INTEGER NOT NULL, sent INTEGER NOT NULL, receipts INTEGER NOT NULL,
  PRIMARY KEY(object_id, grain, number)) STRICT, WITHOUT ROWID;
CREATE INDEX network_components_by_kind ON network_components(kind, id);
-- Of customers' machines, CDN nodes apart.
CREATE TABLE uplink_counters(
  source_isp INTEGER NOT NULL, five_minutes INTEGER NOT NULL, agreement INTEGER NOT NULL, on_net INTEGER NOT NULL,
  owner TEXT NOT NULL, class INTEGER NOT NULL, acked INTEGER NOT NULL, sent INTEGER NOT NULL,
  receipts INTEGER NOT NULL,
  PRIMARY KEY(source_isp, five_minutes, agreement, on_net, owner, class)) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_receiver ON deliveries(receiver, completed);
CREATE INDEX deliveries_by_owner ON deliveries(owner, completed);

-- The months, counted from 1970-01, of the days that there are: the civil calendar by eras of 400 years from March.
CREATE TABLE months_of_days(day INTEGER PRIMARY KEY, month INTEGER NOT NULL) STRICT;
INSERT INTO months_of_days(day, month)
SELECT day, (era * 400 + year_of_era + from_march / 10 - 1970) * 12 + (from_march + 2) % 12 FROM (
  SELECT day, era, year_of_era,
    (5 * (day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100)) + 2) / 153 AS from_march FROM (
    SELECT day, era, day_of_era,
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365 AS year_of_era FROM (
      SELECT day, (day + 719468) / 146097 AS era, (day + 719468) % 146097 AS day_of_era FROM (
        SELECT quarter / 96 AS day FROM account_counters UNION SELECT end_ms / 86400000 FROM receipts) a) b) c) d;

INSERT INTO account_spans(object_id, grain, number, acked, sent, receipts)
SELECT c.object_id, 3, c.quarter / 96, sum(c.acked), sum(c.sent), sum(c.receipts)
FROM account_counters c JOIN accounting_objects a ON a.id = c.object_id WHERE a.kind < 4
GROUP BY c.object_id, c.quarter / 96;
INSERT INTO account_spans(object_id, grain, number, acked, sent, receipts)
SELECT c.object_id, 4, m.month, sum(c.acked), sum(c.sent), sum(c.receipts)
FROM account_spans c JOIN months_of_days m ON m.day = c.number WHERE c.grain = 3 GROUP BY c.object_id, m.month;
INSERT INTO account_spans(object_id, grain, number, acked, sent, receipts)
SELECT c.object_id, 5, m.month * 96 + c.quarter % 96, sum(c.acked), sum(c.sent), sum(c.receipts)
FROM account_counters c JOIN accounting_objects a ON a.id = c.object_id JOIN months_of_days m ON m.day = c.quarter / 96
WHERE a.kind < 4 GROUP BY c.object_id, m.month * 96 + c.quarter % 96;

INSERT INTO component_objects(component_id, isp, into_isp, owner, class)
SELECT DISTINCT c.component_id, c.isp, c.into_isp, '', 0
FROM receipts r JOIN path_components c ON c.path_id = r.path_id;
INSERT INTO component_objects(component_id, isp, into_isp, owner, class)
SELECT DISTINCT c.component_id, c.isp, c.into_isp, o.owner, o.class
FROM receipts r JOIN path_components c ON c.path_id = r.path_id JOIN orders o ON o.id = r.order_id;
INSERT INTO component_counters(object_id, grain, number, acked, sent, receipts)
SELECT b.id, 1, r.end_ms / 300000, sum(r.acked), sum(r.sent), count(*)
FROM receipts r JOIN path_components c ON c.path_id = r.path_id JOIN component_objects b
ON b.owner = '' AND b.class = 0 AND b.component_id = c.component_id AND b.isp = c.isp AND b.into_isp = c.into_isp
GROUP BY b.id, r.end_ms / 300000;
INSERT INTO component_counters(object_id, grain, number, acked, sent, receipts)
SELECT b.id, 1, r.end_ms / 300000, sum(r.acked), sum(r.sent), count(*)
FROM receipts r JOIN orders o ON o.id = r.order_id JOIN path_components c ON c.path_id = r.path_id
JOIN component_objects b ON b.owner = o.owner AND b.class = o.class AND b.component_id = c.component_id
AND b.isp = c.isp AND b.into_isp = c.into_isp GROUP BY b.id, r.end_ms / 300000;
INSERT INTO component_counters(object_id, grain, number, acked, sent, receipts)
SELECT object_id, 3, number / 288, sum(acked), sum(sent), sum(receipts)
FROM component_counters WHERE grain = 1 GROUP BY object_id, number / 288;
INSERT INTO component_counters(object_id, grain, number, acked, sent, receipts)
SELECT c.object_id, 4, m.month, sum(c.acked), sum(c.sent), sum(c.receipts)
FROM component_counters c JOIN months_of_days m ON m.day = c.number WHERE c.grain = 3 GROUP BY c.object_id, m.month;
DROP TABLE months_of_days;

INSERT INTO uplink_counters(source_isp, five_minutes, agreement, on_net, owner, class, acked, sent, receipts)
SELECT o.source_isp, r.end_ms / 300000, o.agreement, o.on_net, o.owner, o.class, sum(r.acked), sum(r.sent), count(*)
FROM receipts r JOIN orders o ON o.id = r.order_id WHERE o.cdn_node = 0
GROUP BY o.source_isp, r.end_ms / 300000, o.agreement, o.on_net, o.owner, o.class;
)sql";

// An ISP has several numbers; what is known of networks beyond the registry; by which of the two a component's ISP is.
constexpr char kNetworks[] = R"sql(
CREATE TABLE isp_asns(
  asn INTEGER PRIMARY KEY, isp INTEGER NOT NULL REFERENCES isps(id) ON DELETE CASCADE) STRICT;
INSERT INTO isp_asns(asn, isp) SELECT asn, min(id) FROM isps WHERE asn IS NOT NULL GROUP BY asn;
ALTER TABLE isps DROP COLUMN asn;
CREATE TABLE network_files(
  kind INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, source TEXT NOT NULL, date_ms INTEGER NOT NULL,
  loaded_ms INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
ALTER TABLE path_components ADD COLUMN isp_source INTEGER NOT NULL DEFAULT 0;
)sql";

// Stock BitTorrent clients: who may announce, by which torrent, and which orders nobody acknowledges.
constexpr char kStockClients[] = R"sql(
CREATE TABLE subscribers(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, created INTEGER NOT NULL, revoked INTEGER,
  key_hash BLOB) STRICT;
CREATE TABLE twins(
  content BLOB PRIMARY KEY NOT NULL REFERENCES contents(id), hash BLOB NOT NULL UNIQUE, torrent BLOB NOT NULL) STRICT;
ALTER TABLE orders ADD COLUMN unacknowledged INTEGER NOT NULL DEFAULT 0;
)sql";

// An agent may be taken off the register.
constexpr char kAgentsRemoved[] = R"sql(
ALTER TABLE agents ADD COLUMN removed INTEGER;
)sql";

// Why an order was of no use, as its receiver said it first.
constexpr char kOrderFailures[] = R"sql(
CREATE TABLE order_failures(
  order_id BLOB PRIMARY KEY NOT NULL REFERENCES orders(id), at INTEGER NOT NULL, why TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
)sql";

// What nobody acknowledges: its counters, worked out here from what was there; deliveries by whose word they are known;
// CDN nodes' plain web servers. unacknowledged_counters distribute by source_isp, cdn_records by their id.
constexpr char kUnacknowledged[] = R"sql(
CREATE TABLE unacknowledged_counters(
  source_isp INTEGER NOT NULL, five_minutes INTEGER NOT NULL, agreement INTEGER NOT NULL, on_net INTEGER NOT NULL,
  cdn_node INTEGER NOT NULL, owner TEXT NOT NULL, class INTEGER NOT NULL, sent INTEGER NOT NULL,
  receipts INTEGER NOT NULL,
  PRIMARY KEY(source_isp, five_minutes, agreement, on_net, cdn_node, owner, class)) STRICT, WITHOUT ROWID;
CREATE INDEX unacknowledged_counters_by_owner ON unacknowledged_counters(owner, five_minutes);
INSERT INTO unacknowledged_counters(source_isp, five_minutes, agreement, on_net, cdn_node, owner, class, sent, receipts)
SELECT o.source_isp, r.end_ms / 300000, o.agreement, o.on_net, o.cdn_node, o.owner, o.class, sum(r.sent), count(*)
FROM receipts r JOIN orders o ON o.id = r.order_id WHERE o.unacknowledged = 1
GROUP BY o.source_isp, r.end_ms / 300000, o.agreement, o.on_net, o.cdn_node, o.owner, o.class;

ALTER TABLE deliveries ADD COLUMN witness INTEGER NOT NULL DEFAULT 1;
ALTER TABLE deliveries ADD COLUMN address BLOB;
CREATE INDEX deliveries_by_address ON deliveries(content, address, completed) WHERE address IS NOT NULL;

CREATE TABLE web_seeds(
  url TEXT PRIMARY KEY NOT NULL, content BLOB NOT NULL REFERENCES contents(id), added INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE cdn_records(
  id BLOB PRIMARY KEY NOT NULL, content BLOB NOT NULL, owner TEXT NOT NULL, class INTEGER NOT NULL,
  source_isp INTEGER NOT NULL, destination_isp INTEGER NOT NULL, server BLOB NOT NULL, client BLOB NOT NULL,
  client_key BLOB NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL, sent INTEGER NOT NULL,
  whole INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX cdn_deliveries_by_owner ON cdn_records(owner, ended) WHERE whole = 1;
CREATE INDEX cdn_deliveries_by_client ON cdn_records(client_key, ended) WHERE whole = 1;
CREATE INDEX cdn_deliveries_by_end ON cdn_records(ended) WHERE whole = 1;
)sql";

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> steps{{kRegistryAndEvidence}, {kAlerts},        {kLedger},        {kPolicies},
                                            {kComponents},          {kObjects},       {kAccessTokens},  {kSavedReports},
                                            {kObjectMembersSeen},   {kCounters},      {kNetworks},      {kStockClients},
                                            {kAgentsRemoved},       {kOrderFailures}, {kUnacknowledged}};
  return steps;
}

}  // namespace waybill::tracker
