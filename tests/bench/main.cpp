#include "bench.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace {

using namespace tranche::bench;

void add_target(CLI::App& command, Target& target) {
  command.add_option("--db", target.db, "database URL (env: TRANCHE_DB)")
      ->envname("TRANCHE_DB")
      ->required();
  command.add_option("--schema", target.schema, "PostgreSQL schema of the inventory")
      ->capture_default_str();
}

template <typename Options>
void add_command(CLI::App& command,
                 Options& options,
                 Figures (*measure)(const Options&),
                 Figures& figures) {
  command.callback([&options, &figures, measure] { figures = measure(options); });
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app(
      "Measures tranche. Each bench names its yardstick and prints figures and their ratio.",
      "tranche-bench");
  app.require_subcommand(1);
  std::string format = "table";
  app.add_option("-o,--output", format, "table or json")->check(CLI::IsMember({"table", "json"}));
  app.fallthrough();
  Figures figures;

  PairsOptions pairs_options;
  CLI::App& pairs_command =
      *app.add_subcommand("pairs", "acquire and release pairs a second by N clients on one job");
  add_target(pairs_command, pairs_options.target);
  pairs_command.add_option("--job", pairs_options.job)->capture_default_str();
  pairs_command.add_option("--clients", pairs_options.clients)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  pairs_command.add_option("--seconds", pairs_options.seconds)
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  pairs_command.add_option("--setup",
                           pairs_options.setup,
                           "make a table tranche_bench_assets of so many rows, and the job");
  pairs_command.add_option(
      "--max-count", pairs_options.max_count, "assets in a batch; default the job's limit");
  add_command(pairs_command, pairs_options, &pairs, figures);

  AcquireOptions acquire_options;
  CLI::App& acquire_command =
      *app.add_subcommand("acquire", "latency of an acquire against the size of the backlog");
  add_target(acquire_command, acquire_options.target);
  acquire_command.add_option("--rows", acquire_options.rows, "sizes: 1000,10000,...")
      ->delimiter(',')
      ->required();
  acquire_command.add_option("--acquires", acquire_options.acquires, "of each way and size")
      ->capture_default_str();
  acquire_command.add_flag("--narrow", acquire_options.narrow, "rows of id, weight and kind alone");
  add_command(acquire_command, acquire_options, &acquire, figures);

  LoopOptions loop_options;
  CLI::App& loop_command =
      *app.add_subcommand("loop", "one iteration of 'tranche run -- /bin/true'");
  add_target(loop_command, loop_options.target);
  loop_command.add_option("--program", loop_options.program, "tranche")->capture_default_str();
  loop_command.add_option("--iterations", loop_options.iterations)->capture_default_str();
  loop_command.add_option("--rows", loop_options.rows, "of the backlog")->capture_default_str();
  loop_command.add_option(
      "--folder", loop_options.folder, "where a file is synced; default the SQLite database's");
  add_command(loop_command, loop_options, &loop, figures);

  StartOptions start_options;
  CLI::App& start_command =
      *app.add_subcommand("start", "start of 'tranche --version' beside /bin/true");
  start_command.add_option("--program", start_options.program, "tranche")->capture_default_str();
  start_command.add_option("--starts", start_options.starts)->capture_default_str();
  add_command(start_command, start_options, &start, figures);

  MemoryOptions memory_options;
  CLI::App& memory_command = *app.add_subcommand(
      "memory", "peak memory of 'tranche run -- /bin/true' over one large batch");
  add_target(memory_command, memory_options.target);
  memory_command.add_option("--program", memory_options.program, "tranche")->capture_default_str();
  memory_command.add_option("--rows", memory_options.rows)->capture_default_str();
  add_command(memory_command, memory_options, &memory, figures);

  AuditOptions audit_options;
  CLI::App& audit_command =
      *app.add_subcommand("audit", "'tranche audit' of a window that is handed out to its end");
  add_target(audit_command, audit_options.target);
  audit_command.add_option("--program", audit_options.program, "tranche")->capture_default_str();
  audit_command.add_option("--rows", audit_options.rows, "of the source")->capture_default_str();
  audit_command.add_option("--per-batch", audit_options.per_batch, "assets in a batch")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  add_command(audit_command, audit_options, &audit, figures);

  LedgerOptions ledger_options;
  CLI::App& ledger_command = *app.add_subcommand(
      "ledger", "questions and steps beside a ledger of many batches, which it makes");
  add_target(ledger_command, ledger_options.target);
  ledger_command.add_option("--batches", ledger_options.batches)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  ledger_command.add_option("--repeats", ledger_options.repeats, "of each question")
      ->check(CLI::Range(1, 900))
      ->capture_default_str();
  ledger_command.add_flag(
      "--again", ledger_options.again, "of the ledger that an earlier call left");
  add_command(ledger_command, ledger_options, &ledger, figures);

  SizingOptions sizing_options;
  CLI::App& sizing_command = *app.add_subcommand(
      "sizing",
      "how often --target-duration is met in a simulation, beside batches of fixed count");
  sizing_command.add_option("--seed", sizing_options.seed, "the first one; default drawn");
  sizing_command.add_option("--seeds", sizing_options.seeds)
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  sizing_command.add_option("--batches", sizing_options.batches, "of each seed, after warm-up")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  sizing_command.add_option("--runners", sizing_options.runners)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_command(sizing_command, sizing_options, &sizing, figures);

  LeastSqlOptions least_options;
  least_options.script = TRANCHE_BENCH_SCRIPTS "/least_sql.pgbench";
  CLI::App& least_command =
      *app.add_subcommand("least-sql", "pgbench with the least SQL that could do a pair");
  add_target(least_command, least_options.target);
  least_command.add_option("--clients", least_options.clients)->capture_default_str();
  least_command.add_option("--seconds", least_options.seconds)->capture_default_str();
  least_command
      .add_option("--setup", least_options.setup, "rows of the table tranche_bench_assets")
      ->capture_default_str();
  least_command.add_option("--protocol", least_options.protocol, "simple, extended or prepared")
      ->capture_default_str();
  least_command.add_option("--script", least_options.script)->capture_default_str();
  add_command(least_command, least_options, &least_sql, figures);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  print(figures, format);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "tranche-bench: " << error.what() << '\n';
  return 125;
}
