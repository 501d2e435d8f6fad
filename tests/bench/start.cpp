#include "bench.hpp"
#include "processes.hpp"

namespace tranche::bench {

Figures start(const StartOptions& options) {
  Latencies ours;
  Latencies bare;
  // In turns, so that what else the machine does hits both alike.
  for (int i = 0; i < options.starts; ++i) {
    bare.push_back(run_program({"/bin/true"}));
    ours.push_back(run_program({options.program, "--version"}));
  }
  return {{"bench", "start"},
          {"yardstick", "/bin/true, in turns; at most 8 times its median"},
          {"ratio", rounded(median(ours) / median(bare))},
          {"tranche_version_p50_ms", median(ours)},
          {"bin_true_p50_ms", median(bare)},
          {"starts", options.starts}};
}

}  // namespace tranche::bench
