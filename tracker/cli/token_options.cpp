#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_token_commands(CLI::App& program, Invocation& invocation) {
  auto* token = program.add_subcommand("token", "tokens of the HTTPS API: who may ask what, until when");
  token->require_subcommand(1);
  CommandOptions(*token, "add", "make a token and show it, this once", "token add", invocation)
      .needed_text("--role", "role",
                   "operator (everything), auditor (reads everything), isp or owner (their own side only)", "ROLE")
      .text("--isp", "isp", "whose side, with --role isp", "NAME")
      .text("--owner", "owner", "whose side, with --role owner", "NAME")
      .needed_text("--name", "name", "what you know it by", "NAME")
      .needed_text("--expires", "expires", "after this span (90d, 12h), or at this time; 366 days at most", "WHEN")
      .data()
      .output();
  CommandOptions(*token, "list", "list the tokens that are in force", "token list", invocation)
      .flag("--all", "all", "expired and revoked ones too")
      .data()
      .output();
  CommandOptions(*token, "revoke", "refuse a token from now on", "token revoke", invocation)
      .positional("TOKEN", "token", "its number, or its name")
      .data()
      .output();
}

}  // namespace waybill::tracker
