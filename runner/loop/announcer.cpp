#include "loop/announcer.hpp"

#include <utility>

namespace tranche::runner {

void Announcer::acquired(const BatchView& view) {
  if (!is_heard()) {
    return;
  }
  observation_.observers.tell(
      BatchAcquired{view.batch, view.iteration, view.range_sql, view.source});
  observation_.progress.begin(view.batch.id, view.files.progress);
  told_ = true;
}

void Announcer::released(const Batch& after,
                         const Verdict& verdict,
                         Outcome outcome,
                         bool recorded) {
  if (std::exchange(told_, false)) {
    observation_.progress.end(after.id);
    observation_.observers.tell(
        BatchReleased{after, verdict.attempt, outcome, recorded, verdict.told, verdict.elapsed});
  }
}

}  // namespace tranche::runner
