#include "loop/run.hpp"

#include "cli/adapters.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/dry_run.hpp"
#include "cli/open.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "terminal.hpp"

#include "tranche/error.hpp"

#include <unistd.h>

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  runner::RunOptions run;
  std::optional<std::string> iterations;
  std::string retry = "first";
  std::optional<std::int64_t> empty_exit_code;
  std::optional<Duration> grace;
  std::optional<std::string> max_rate;
  std::optional<std::string> probe;
  std::optional<std::string> summary;
  std::optional<std::string> log_dir;
  std::vector<std::string> adapters;
  std::string progress = "auto";
  bool dry_run = false;
  OutputFormat output = OutputFormat::table;
};

constexpr std::int64_t kMostCount = std::int64_t{1} << 53;
constexpr int kMostJobs = 256;
constexpr int kMostStatus = 255;

void set_iterations(runner::RunOptions& run, const std::optional<std::string>& text) {
  if (!text) {
    if (run.follow || run.run_for) {
      run.iterations.reset();
    }
  } else if (*text == "all") {
    run.iterations.reset();
  } else {
    run.iterations = parse_integer(*text, "--iterations", 1, kMostCount);
  }
}

void set_rate(runner::RunOptions& run, const std::optional<std::string>& text) {
  if (text) {
    constexpr std::string_view kPerSecond = "/s";
    const std::size_t unit = text->ends_with(kPerSecond) ? kPerSecond.size() : 0;
    run.max_rate = parse_weight(text->substr(0, text->size() - unit), "--max-rate");
    if (*run.max_rate <= 0) {
      throw Error(ErrorCode::usage,
                  "--max-rate: '" + *text +
                      "' lets nothing through; accepted is a weight above 0, "
                      "such as 10MiB/s");
    }
  }
}

/// Where only one batch comes, nothing is shown that would keep the terminal from its command.
runner::ProgressKind automatic_progress(const runner::RunOptions& run) {
  using Kind = runner::ProgressKind;
  const bool line = runner::terminal::colours(STDERR_FILENO) &&
                    runner::log::format() == runner::log::Format::text;
  return !line ? Kind::log : run.iterations == 1 ? Kind::none : Kind::bar;
}

void set_progress(runner::RunOptions& run, const std::string& text) {
  using Kind = runner::ProgressKind;
  constexpr std::string_view kEvery = "log:";
  if (text == "auto") {
    run.progress = automatic_progress(run);
  } else if (text == "none") {
    run.progress = Kind::none;
  } else if (text == "bar") {
    run.progress = Kind::bar;
    if (!runner::terminal::colours(STDERR_FILENO)) {
      throw Error(ErrorCode::refused,
                  "--progress bar: standard error is no terminal that can redraw a line; accepted "
                  "are auto, log and none");
    }
  } else if (text == "log" || text.starts_with(kEvery)) {
    run.progress = Kind::log;
    if (text.size() > kEvery.size()) {
      run.progress_interval = parse_duration(text.substr(kEvery.size()), "--progress log");
    }
  }
  if ((run.progress == Kind::none && text != "none" && text != "auto") || text == kEvery ||
      run.progress_interval == Duration::zero()) {
    throw Error(
        ErrorCode::usage,
        "--progress: '" + text + "' is not known; accepted are auto, bar, log, log:30s and none");
  }
}

void check_order(const runner::RunOptions& run, const std::string& retry) {
  if (run.ordered && run.jobs > 1) {
    throw Error(ErrorCode::usage,
                "--ordered has one batch in flight; accepted beside it is --jobs 1");
  }
  if (run.ordered && retry != "first" && retry != "only") {
    throw Error(ErrorCode::usage,
                "--ordered takes what failed before anything newer; accepted beside it are --retry "
                "first and only");
  }
}

/// What an option says holds over what an adapter asks for.
void set_manners(const Context& context, const Options& options, runner::RunOptions& run) {
  run.adapters = choose_adapters(context, options.adapters);
  run.identity = runner::collect_identity(run.adapters, process_environment());
  const RunnerManners& manners = run.adapters.manners;
  run.grace = options.grace.value_or(manners.grace.value_or(run.grace));
  run.empty_exit_code = options.empty_exit_code
                            ? std::optional(static_cast<int>(*options.empty_exit_code))
                            : manners.empty_exit_code;
}

int execute(Context& context, Options& options) {
  runner::RunOptions& run = options.run;
  run.job = options.where.job;
  run.window = options.where.window();
  run.retry = retry_mode(options.retry);
  check_order(run, options.retry);
  set_iterations(run, options.iterations);
  set_manners(context, options, run);
  run.summary = options.summary.value_or("");
  run.log_directory = options.log_dir.value_or("");
  check_lease(run.lease);
  check_limits(run.limits);
  set_rate(run, options.max_rate);
  set_progress(run, options.progress);
  run.probe = options.probe.value_or("");
  if (options.probe && run.probe.find_first_not_of(" \t\n") == std::string::npos) {
    throw Error(ErrorCode::usage, "--while is empty; accepted is a command for sh");
  }
  if (run.poll == Duration::zero()) {
    throw Error(ErrorCode::usage, "--poll: '0s' is too short; accepted is 1ms or more");
  }
  // As for timeout(1).
  if (run.timeout == Duration::zero()) {
    run.timeout.reset();
  }
  if (options.dry_run) {
    return dry_run(context, run, options.output);
  }
  if (options.output != OutputFormat::table) {
    throw Error(ErrorCode::usage,
                "run: -o is the form of what --dry-run prints; --summary FILE tells a run as JSON");
  }
  return runner::run(
      run, [context, what = options.where.what()] { return need_inventory(context, what); });
}

}  // namespace

void add_run(Registry& registry) {
  Command& c = registry.command(
      "run",
      "Acquire batches and run a command over each",
      "tranche run --job flights --max-weight 10GB --iterations all -- spark-submit job.py");
  auto options = std::make_shared<Options>();
  runner::RunOptions& run = options->run;
  add_window(c, options->where);
  add_limits(c, run.limits);
  add_waiting(c, run.limits);
  add_target_duration(c, run.limits);
  c.option("--iterations",
           options->iterations,
           "N|all",
           "How many batches; all: until nothing can be handed out now")
      .default_text("1");
  c.option("--jobs", run.jobs, "N", "Commands at once, each with its own batch")
      .range(1, kMostJobs);
  add_retry_mode(c, options->retry);
  c.flag("--ordered",
         run.ordered,
         "One batch in flight, whichever machine has it, the oldest first (of a campaign made with "
         "--newest-first: the newest); no other while one is unfinished or has failed for good");
  c.flag("--follow", run.follow, "Wait for more when nothing can be handed out");
  c.option("--poll", run.poll, "DUR", "How often --follow looks where nobody tells it of news");
  c.option("--for", run.run_for, "DUR", "Start no batch after this time; --iterations is all then");
  c.option("--min-interval", run.min_interval, "DUR", "Between the starts of two batches");
  c.option("--max-rate",
           options->max_rate,
           "W/s",
           "Weight per second that is started, on the average: 10MiB/s");
  c.option("--while",
           options->probe,
           "PROBE",
           "A command for sh before each batch; the run ends where it does not exit 0");
  c.option(
      "--timeout", run.timeout, "DUR", "End a command that runs longer; status 124; 0: no limit");
  c.option("--grace", options->grace, "DUR", "From the first signal to SIGKILL")
      .default_text(format_duration(run.grace) + "; 3s under Airflow");
  c.option("--lease", run.lease, "DUR", "How long a batch is held without a heartbeat")
      .default_text("the job's, else 5m");
  c.option(
       "--start-retries", run.start_retries, "N", "Tries more when the command cannot be started")
      .range(0, 100);
  c.option(
       "--max-failures", run.max_failures, "N", "Failures in a row that end the run; 0: no limit")
      .range(0, 1'000'000);
  c.option("--adapter",
           options->adapters,
           "NAME",
           "Speak to airflow, argo, openlineage, spark, auto (whoever the environment tells of), "
           "none, or a program "
           "tranche-adapter-NAME")
      .default_text("auto");
  c.option(
      "--progress",
      options->progress,
      "auto|bar|log[:DUR]|none",
      "A line at the bottom of the terminal, or one in the log every 30s; auto: the first on a "
      "terminal, unless only one batch comes, and the second elsewhere. Under bar the command's "
      "standard output is a pipe, not the terminal");
  c.option("--summary",
           options->summary,
           "FILE",
           "Write what happened as JSON when the run ends; - is standard output");
  c.option("--log-dir", options->log_dir, "DIR", "Also keep each attempt's output in files there");
  c.option("--empty-exit-code",
           options->empty_exit_code,
           "N",
           "Exit status where nothing was handed out")
      .range(0, kMostStatus)
      .default_text("0; 99 under Airflow");
  c.flag("--dry-run",
         options->dry_run,
         "Print the batches and the command over each; change nothing. {items_file}, {batch_file} "
         "and the {batch_id} of new batches come with the run");
  c.listing(options->output);
  c.flag("--items0", run.items_nul, "Separate the items in TRANCHE_ITEMS_FILE by NUL bytes");
  c.rest("COMMAND",
         run.command,
         "The command and its arguments; {first_key}, {last_key}, {count}, {weight}, {batch_id}, "
         "{attempt}, "
         "{iteration}, {items_file}, {batch_file} and {range_sql} in them are replaced");
  c.about(
      "The command learns its batch from the environment: TRANCHE_ITEMS_FILE (one item a line), "
      "TRANCHE_RANGE_SQL, "
      "TRANCHE_FIRST_KEY, TRANCHE_LAST_KEY, TRANCHE_BATCH_FILE (JSON) and more. It exits 0: the "
      "batch has succeeded. "
      "Anything else is a failed attempt, retried as the job says. SIGTERM, SIGINT and SIGHUP are "
      "forwarded; the batch then goes back.");
  c.example("tranche run --job flights --follow --poll 30s -- ./load.sh {items_file}");
  c.example(
      "tranche run --job flights --for 2h --max-rate 50MB/s --while 'test ! -e stop' -- ./load.sh "
      "{items_file}");
  c.run([options](Context& context) { return execute(context, *options); });
}

}  // namespace tranche::cli
