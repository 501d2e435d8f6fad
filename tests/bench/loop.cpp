#include "assets.hpp"
#include "bench.hpp"
#include "processes.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace tranche::bench {

namespace {

constexpr int kRounds = 5;

/// What a pair cannot go below on this file system: two small appends, each synced.
double two_syncs(int file) {
  const std::array<char, 4096> page{};
  const auto begun = Clock::now();
  for (int i = 0; i < 2; ++i) {
    if (write(file, page.data(), page.size()) != static_cast<ssize_t>(page.size()) ||
        fdatasync(file) != 0) {
      throw Error(ErrorCode::refused, "the bench's file cannot be written and synced");
    }
  }
  return milliseconds_since(begun);
}

Latencies measure_syncs(const std::string& folder, int times) {
  const std::string path = folder + "/tranche-bench-sync";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    throw Error(ErrorCode::refused, "cannot make " + path + "; --folder names another place");
  }
  Latencies latencies;
  for (int i = 0; i < times; ++i) {
    latencies.push_back(two_syncs(file));
  }
  close(file);
  std::filesystem::remove(path);
  return latencies;
}

std::string folder_of(const LoopOptions& options) {
  if (!options.folder.empty()) {
    return options.folder;
  }
  return options.target.postgres()
             ? "."
             : std::filesystem::path(options.target.url().path()).parent_path().string();
}

}  // namespace

Figures loop(const LoopOptions& options) {
  const std::string table = "tranche_bench_assets_" + std::to_string(options.rows);
  const std::string job = "bench-loop-" + std::to_string(options.rows);
  make_assets(options.target, table, options.rows);
  {
    Inventory inventory = options.target.open();
    make_job(inventory, job, table, "", {1, std::nullopt});
    rewind(inventory, job);
  }
  const auto run = [&](int iterations) {
    return run_program({options.program,
                        "--db",
                        options.target.url().full(),
                        "--schema",
                        options.target.schema,
                        "--log-level",
                        "error",
                        "run",
                        "--job",
                        job,
                        "--iterations",
                        std::to_string(iterations),
                        "--",
                        "/bin/true"});
  };
  Latencies iterations;
  Latencies bare;
  Latencies syncs;
  for (int round = 0; round < kRounds; ++round) {
    // The start of the program is not the loop's: it is what one iteration takes longer than the
    // second.
    const double one = run(1);
    const double many = run(options.iterations + 1);
    iterations.push_back((many - one) / options.iterations);
    for (int i = 0; i < options.iterations; ++i) {
      bare.push_back(run_program({"/bin/true"}));
    }
    const Latencies more = measure_syncs(folder_of(options), options.iterations);
    syncs.insert(syncs.end(), more.begin(), more.end());
  }
  return {{"bench", "loop"},
          {"yardstick", "posix_spawn and wait of /bin/true, and two syncs of a small file"},
          {"ratio", rounded(median(iterations) / (median(bare) + median(syncs)))},
          {"ratio_to_spawn", rounded(median(iterations) / median(bare))},
          {"ratio_to_syncs", rounded(median(iterations) / median(syncs))},
          {"iteration_ms", median(iterations)},
          {"spawn_p50_ms", median(bare)},
          {"two_syncs_p50_ms", median(syncs)},
          {"iterations", options.iterations}};
}

}  // namespace tranche::bench
