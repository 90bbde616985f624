#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

namespace {

CommandOptions& party(CommandOptions& command) {
  return command.text("--isp", "isp", "the ISP", "NAME").text("--owner", "owner", "or the content owner", "NAME");
}

void add_periods(CLI::App& program, Invocation& invocation) {
  auto* period = program.add_subcommand("period", "the months of a party's books: open, closing, due to close, closed");
  period->require_subcommand(1);
  CommandOptions list(*period, "list", "the months and their state", "period list", invocation);
  party(list).data().output();
  CommandOptions show(*period, "show", "what is owed for a month: final once it is closed", "period show", invocation);
  show.positional("PERIOD", "period", "2026-11, on the party's clocks");
  party(show).data().output();
  CommandOptions close(*period, "close", "make a month final and post it; late receipts go to the next", "period close",
                       invocation);
  close.positional("PERIOD", "period", "2026-11, on the party's clocks")
      .text("--grace", "grace", "wait so many hours for late receipts (default 72)", "HOURS");
  party(close).data().output();
  CommandOptions(*period, "balance", "what pairs of ISPs sent each other in a month, as net owed", "period balance",
                 invocation)
      .positional("PERIOD", "period", "2026-11, on each ISP's clocks")
      .text("--isp", "isp", "only pairs with this ISP", "NAME")
      .data()
      .output();
}

void add_invoices(CLI::App& program, Invocation& invocation) {
  auto* invoice = program.add_subcommand("invoice", "invoices and credit notes of closed months");
  invoice->require_subcommand(1);
  CommandOptions issue(*invoice, "issue", "bill a closed month; again: the same invoice", "invoice issue", invocation);
  issue.positional("PERIOD", "period", "2026-11")
      .text("--issuer", "issuer", "the operator's name on it (default: the tracker's public host)", "NAME")
      .text("--series", "series", "its series of numbers (default INV for owners, SBI for ISPs)", "NAME")
      .text("--currency", "currency", "which, where the month has several", "CODE");
  party(issue).data().output();
  CommandOptions list(*invoice, "list", "invoices and credit notes", "invoice list", invocation);
  party(list).data().output();
  CommandOptions(*invoice, "show", "one invoice or credit note", "invoice show", invocation)
      .positional("NUMBER", "number", "such as INV-000001")
      .text("--as", "as", "table (default), csv, json or ubl (UBL 2.1 XML)", "FORM")
      .data()
      .output();
  CommandOptions(*invoice, "credit", "correct an invoice by a credit note", "invoice credit", invocation)
      .positional("NUMBER", "number", "the invoice's")
      .needed_text("--reason", "reason", "stands on the credit note", "TEXT")
      .list("--line", "line", "credit so much of a line: 2=12.34; without it, whatever is left", "N=AMOUNT")
      .text("--issuer", "issuer", "the operator's name on it (default: the tracker's public host)", "NAME")
      .data()
      .output();
}

}  // namespace

void add_ledger_commands(CLI::App& program, Invocation& invocation) {
  add_periods(program, invocation);
  add_invoices(program, invocation);
  CommandOptions(program, "journal", "every posting, as a journal that hledger reads", "journal", invocation)
      .data()
      .output();
}

}  // namespace waybill::tracker
