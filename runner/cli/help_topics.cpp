#include "cli/help_topics.hpp"

namespace tranche::cli {

const std::vector<Topic>& exit_statuses() {
  static const std::vector<Topic> kStatuses{
      {"0", "done"},
      {"1", "audit: found a difference that it did not repair; diff: found one"},
      {"2", "refused without opening a database or a file: unknown option, malformed value"},
      {"99", "acquire: nothing to acquire"},
      {"124", "run: the command ran past --timeout"},
      {"125", "tranche itself failed; one line on standard error says what and what to do"},
      {"126", "run: the command cannot be executed"},
      {"127", "run: the command is not found"},
      {"128+N", "run: the command was ended by signal N"},
      {"other", "run: the status of the first command that failed"},
  };
  return kStatuses;
}

const std::vector<Topic>& value_forms() {
  static const std::vector<Topic> kForms{
      {"DUR", "a duration: 500ms, 90s, 15m, 6h, 2d, 1h30m"},
      {"W", "a weight: a number, or 10MiB, 5GB"},
      {"K", "a key as the source's column holds it; always inclusive"},
  };
  return kForms;
}

const std::vector<Topic>& command_variables() {
  static const std::vector<Topic> kVariables{
      {"TRANCHE_JOB", "The job."},
      {"TRANCHE_WINDOW", "incremental, or the campaign."},
      {"TRANCHE_RUN_ID", "The run."},
      {"TRANCHE_BATCH_ID", "The batch."},
      {"TRANCHE_LEASE_TOKEN", "Its lease token; heartbeat and release read it."},
      {"TRANCHE_FIRST_KEY", "First key of the batch."},
      {"TRANCHE_LAST_KEY", "Last key of the batch, inclusive."},
      {"TRANCHE_COUNT", "Number of assets."},
      {"TRANCHE_WEIGHT", "Their weight."},
      {"TRANCHE_ATTEMPT", "The attempt, from 1."},
      {"TRANCHE_MAX_ATTEMPTS", "How many the job allows."},
      {"TRANCHE_ITERATION", "The iteration of this run, from 1."},
      {"TRANCHE_ITERATIONS", "How many it may make, or all."},
      {"TRANCHE_TABLE", "The table of the assets."},
      {"TRANCHE_KEY_COLUMN", "Its key column."},
      {"TRANCHE_FILTER", "The job's filter."},
      {"TRANCHE_RANGE_SQL", "A condition that selects exactly the range, filter included."},
      {"TRANCHE_STRAGGLER",
       "1 where the batch is a list of assets that came late, between those of other batches: "
       "TRANCHE_RANGE_SQL lists their keys, and is empty for more than 1,000. Else 0."},
      {"TRANCHE_ITEMS_FILE", "A file with an item a line, in key order."},
      {"TRANCHE_BATCH_FILE", "A file with the batch as JSON."},
      {"TRANCHE_OUTPUT_FILE",
       "To be filled by the command: name=value lines or a JSON object, kept with the attempt."},
      {"TRANCHE_REPORT_FILE",
       "To be filled by the command, if it likes: lines 'done ITEM' and 'failed ITEM [REASON]', or "
       "JSON. What failed is tried again, and nothing else; what is not named ends as the command "
       "does."},
      {"TRANCHE_PROGRESS_FILE", "To be filled by the command, if it likes: N/M."},
      {"TRACEPARENT", "W3C trace context: the caller's trace or a new one."},
  };
  return kVariables;
}

}  // namespace tranche::cli
