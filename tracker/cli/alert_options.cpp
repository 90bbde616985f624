#include "tracker/cli/command_options_cli11.h"
#include "tracker/cli/file_output.h"

namespace waybill::tracker {

namespace {

constexpr std::uintmax_t kMaxSecretFileBytes = 1026;  // with a line end

// Secrets are read from files: a command line can be seen by every user of the machine.
void add_secret_file(CLI::App& command, Invocation& invocation) {
  const auto read = [&invocation](const std::string& file) {
    auto secret = read_whole_file(file, kMaxSecretFileBytes);
    if (!secret) throw CLI::ValidationError("--secret-file", secret.error().message);
    while (!secret->empty() && (secret->back() == '\n' || secret->back() == '\r')) secret->pop_back();
    invocation.arguments["secret"] = *secret;
  };
  command
      .add_option_function<std::string>(
          "--secret-file", read,
          "holds the secret that signs (web hook; without it one is made and shown once) or the user's password (mail)")
      ->type_name("FILE");
}

void add_rules(CLI::App& alert, Invocation& invocation) {
  CommandOptions(alert, "add", "watch a figure of the accounts", "alert add", invocation)
      .positional("NAME", "name", "its name")
      .needed_text("--kind", "kind", "above or below a level, rise or fall by percent, nearing a threshold", "KIND")
      .text("--window", "window",
            "what it looks back over: 15m, 2h, 7d, or with above and nearing day or month (needed but for --contract)",
            "WINDOW")
      .text("--timezone", "timezone", "of day and month (default UTC)", "TZ")
      .needed_text("--raise", "raise", "raised at this level: bytes (a second) like 5GB, or percent like 80", "LEVEL")
      .text("--clear", "clear", "cleared on the other side of this level (default: --raise)", "LEVEL")
      .text("--threshold", "threshold", "with nearing: what is 100 %", "BYTES")
      .text("--contract", "contract",
            "with nearing: this owner's bytes of the month against the threshold of its contract in force", "OWNER")
      .text("--at-least", "at_least", "with rise and fall: less than this in both windows is no change", "BYTES")
      .text("--measured", "measured",
            "acknowledged_bytes (default), unacknowledged_bytes, receipts, bytes_per_second or on_net_share", "WHAT")
      .text("--object", "object", "an accounting object, instead of the filters below", "NAME")
      .text("--from", "from", "served from this ISP", "ISP")
      .text("--to", "to", "delivered to this ISP", "ISP")
      .text("--owner", "owner", "of this owner's content", "OWNER")
      .text("--content", "content", "of this content: id or title", "CONTENT")
      .text("--client", "client", "to this client: key or name", "CLIENT")
      .text("--component", "component", "carried by this component, e.g. router:core1", "KEY")
      .text("--class", "class", "file or live", "CLASS")
      .flag("--on-net", "on_net", "within one ISP only")
      .flag("--off-net", "off_net", "between ISPs only")
      .text("--severity", "severity", "info, warning (default) or critical", "SEVERITY")
      .text("--repeat", "repeat", "reminded so often while it is raised (default 4h; 0: never)", "TIME")
      .list("--channel", "channel", "told here; may be repeated (default: every channel)", "NAME")
      .data()
      .output();
  CommandOptions(alert, "list", "list the alerts and how they stand", "alert list", invocation)
      .flag("--all", "all", "those that have ended, too")
      .data()
      .output();
  CommandOptions(alert, "show", "one alert, what it told, and its deliveries", "alert show", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
  CommandOptions(alert, "end", "watch it no more", "alert end", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

void add_handling(CLI::App& alert, Invocation& invocation) {
  CommandOptions(alert, "acknowledge", "somebody works on it: no reminders until it clears", "alert acknowledge",
                 invocation)
      .positional("NAME", "name", "its name")
      .needed_text("--by", "by", "who", "NAME")
      .text("--why", "why", "a remark", "TEXT")
      .data()
      .output();
  CommandOptions(alert, "silence", "tell nothing for a time", "alert silence", invocation)
      .positional("NAME", "name", "its name")
      .text("--until", "until", "a time, or a span from now on like 2h", "TIME")
      .text("--by", "by", "who", "NAME")
      .text("--why", "why", "the reason", "TEXT")
      .flag("--end", "end", "end the silence")
      .data()
      .output();
  CommandOptions(alert, "test", "send a test message to its channels", "alert test", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
  CommandOptions(alert, "deliveries", "what was sent where, and what failed", "alert deliveries", invocation)
      .flag("--failed", "failed", "failed ones only")
      .data()
      .output();
}

void add_channels(CLI::App& alert, Invocation& invocation) {
  auto& channel = *alert.add_subcommand("channel", "where alerts are told");
  channel.require_subcommand(1);
  CommandOptions(channel, "add", "a web hook or a mailbox", "alert channel add", invocation)
      .positional("NAME", "name", "its name")
      .text("--url", "url", "a web hook: POST JSON here, signed", "URL")
      .text("--mail-server", "mail_server", "a mailbox: the SMTP server", "HOST[:PORT]")
      .text("--mail-from", "mail_from", "the sender's address", "ADDRESS")
      .list("--mail-to", "mail_to", "a recipient; may be repeated", "ADDRESS")
      .text("--tls", "tls", "when-offered (default), required or from-start", "WHEN")
      .text("--user", "user", "authenticates to the SMTP server; needs TLS", "NAME")
      .text("--ca-file", "ca_file", "authorities to trust instead of the system's, absolute path", "FILE")
      .data()
      .output();
  add_secret_file(*channel.get_subcommand("add"), invocation);
  CommandOptions(channel, "list", "list the channels", "alert channel list", invocation).data().output();
  CommandOptions(channel, "remove", "tell nothing here any more", "alert channel remove", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

}  // namespace

void add_alert_commands(CLI::App& program, Invocation& invocation) {
  auto& alert = *program.add_subcommand("alert", "figures that are watched, and who is told");
  alert.require_subcommand(1);
  add_rules(alert, invocation);
  add_handling(alert, invocation);
  add_channels(alert, invocation);
}

}  // namespace waybill::tracker
