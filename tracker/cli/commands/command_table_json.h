#pragma once
// The commands, each a function of the books and its arguments. For the .cpp files of this folder.
#include "tracker/cli/commands/answer_json.h"
#include "tracker/cli/commands/arguments_json.h"

namespace waybill::tracker {

using Command = Result<Answer> (*)(AdministrationContext&, Arguments&);

Result<Answer> isp_add(AdministrationContext&, Arguments&);
Result<Answer> isp_list(AdministrationContext&, Arguments&);
Result<Answer> isp_show(AdministrationContext&, Arguments&);
Result<Answer> isp_remove(AdministrationContext&, Arguments&);
Result<Answer> isp_asn(AdministrationContext&, Arguments&);

Result<Answer> agreement_add(AdministrationContext&, Arguments&);
Result<Answer> agreement_list(AdministrationContext&, Arguments&);
Result<Answer> agreement_end(AdministrationContext&, Arguments&);

// agreement_terms_commands.cpp, period_commands.cpp, invoice_commands.cpp
Result<Answer> agreement_add_terms(AdministrationContext&, Arguments&);
Result<Answer> agreement_renegotiate(AdministrationContext&, Arguments&);
Result<Answer> agreement_show(AdministrationContext&, Arguments&);
Result<Answer> period_list(AdministrationContext&, Arguments&);
Result<Answer> period_show(AdministrationContext&, Arguments&);
Result<Answer> period_balance(AdministrationContext&, Arguments&);
Result<Answer> period_close(AdministrationContext&, Arguments&);
Result<Answer> invoice_issue(AdministrationContext&, Arguments&);
Result<Answer> invoice_list(AdministrationContext&, Arguments&);
Result<Answer> invoice_show(AdministrationContext&, Arguments&);
Result<Answer> invoice_credit(AdministrationContext&, Arguments&);
Result<Answer> list_journal(AdministrationContext&, Arguments&);

Result<Answer> component_add(AdministrationContext&, Arguments&);
Result<Answer> component_import(AdministrationContext&, Arguments&);
Result<Answer> component_list(AdministrationContext&, Arguments&);
Result<Answer> component_show(AdministrationContext&, Arguments&);
Result<Answer> component_remove(AdministrationContext&, Arguments&);
Result<Answer> insight_add(AdministrationContext&, Arguments&);
Result<Answer> insight_import(AdministrationContext&, Arguments&);
Result<Answer> insight_list(AdministrationContext&, Arguments&);
Result<Answer> insight_remove(AdministrationContext&, Arguments&);

// network_commands.cpp, path_command.cpp
Result<Answer> routing_load(AdministrationContext&, Arguments&);
Result<Answer> routing_show(AdministrationContext&, Arguments&);
Result<Answer> routing_drop(AdministrationContext&, Arguments&);
Result<Answer> path_between(AdministrationContext&, Arguments&);

Result<Answer> object_add(AdministrationContext&, Arguments&);
Result<Answer> object_list(AdministrationContext&, Arguments&);
Result<Answer> object_show(AdministrationContext&, Arguments&);
Result<Answer> object_end(AdministrationContext&, Arguments&);

Result<Answer> policy_add(AdministrationContext&, Arguments&);
Result<Answer> policy_list(AdministrationContext&, Arguments&);
Result<Answer> policy_end(AdministrationContext&, Arguments&);

Result<Answer> alert_add(AdministrationContext&, Arguments&);
Result<Answer> alert_list(AdministrationContext&, Arguments&);
Result<Answer> alert_show(AdministrationContext&, Arguments&);
Result<Answer> alert_end(AdministrationContext&, Arguments&);
Result<Answer> alert_acknowledge(AdministrationContext&, Arguments&);
Result<Answer> alert_silence(AdministrationContext&, Arguments&);
Result<Answer> alert_test(AdministrationContext&, Arguments&);
Result<Answer> alert_deliveries(AdministrationContext&, Arguments&);
Result<Answer> alert_channel_add(AdministrationContext&, Arguments&);
Result<Answer> alert_channel_list(AdministrationContext&, Arguments&);
Result<Answer> alert_channel_remove(AdministrationContext&, Arguments&);

Result<Answer> content_list(AdministrationContext&, Arguments&);
Result<Answer> content_show(AdministrationContext&, Arguments&);
Result<Answer> content_remove(AdministrationContext&, Arguments&);
Result<Answer> web_seed_add(AdministrationContext&, Arguments&);
Result<Answer> web_seed_remove(AdministrationContext&, Arguments&);
Result<Answer> web_seed_list(AdministrationContext&, Arguments&);

Result<Answer> enroll_link(AdministrationContext&, Arguments&);
Result<Answer> agent_list(AdministrationContext&, Arguments&);
Result<Answer> agent_remove(AdministrationContext&, Arguments&);

Result<Answer> token_add(AdministrationContext&, Arguments&);
Result<Answer> token_list(AdministrationContext&, Arguments&);
Result<Answer> token_revoke(AdministrationContext&, Arguments&);

Result<Answer> subscriber_add(AdministrationContext&, Arguments&);
Result<Answer> subscriber_list(AdministrationContext&, Arguments&);
Result<Answer> subscriber_revoke(AdministrationContext&, Arguments&);
Result<Answer> subscriber_torrent(AdministrationContext&, Arguments&);

Result<Answer> report_bytes(AdministrationContext&, Arguments&);
Result<Answer> report_files(AdministrationContext&, Arguments&);
Result<Answer> report_balance(AdministrationContext&, Arguments&);
Result<Answer> report_matrix(AdministrationContext&, Arguments&);
Result<Answer> report_shares(AdministrationContext&, Arguments&);
Result<Answer> report_components(AdministrationContext&, Arguments&);
Result<Answer> report_series(AdministrationContext&, Arguments&);
Result<Answer> report_percentile(AdministrationContext&, Arguments&);
Result<Answer> report_commitment(AdministrationContext&, Arguments&);

// saved_report_commands.cpp
Result<Answer> report_save(AdministrationContext&, Arguments&);
Result<Answer> report_saved_list(AdministrationContext&, Arguments&);
Result<Answer> report_saved_answers(AdministrationContext&, Arguments&);
Result<Answer> report_saved_show(AdministrationContext&, Arguments&);
Result<Answer> report_saved_run(AdministrationContext&, Arguments&);
Result<Answer> report_saved_end(AdministrationContext&, Arguments&);
Result<Answer> list_records(AdministrationContext&, Arguments&);
Result<Answer> records_difference(AdministrationContext&, Arguments&);
Result<Answer> records_re_resolve(AdministrationContext&, Arguments&);
Result<Answer> list_re_resolutions(AdministrationContext&, Arguments&);
Result<Answer> records_import_log(AdministrationContext&, Arguments&);
Result<Answer> list_transfers(AdministrationContext&, Arguments&);
Result<Answer> settle(AdministrationContext&, Arguments&);
Result<Answer> prepare_pseudonyms(AdministrationContext&, Arguments&);  // recipient.cpp
Result<Answer> audit_accounts(AdministrationContext&, Arguments&);

}  // namespace waybill::tracker
