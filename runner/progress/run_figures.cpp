#include "progress/run_figures.hpp"

namespace tranche::runner {

void RunFigures::take(const WindowLook& look, const Amount& own) {
  if (!look_) {
    before_ = look.done - own;
  }
  look_ = look;
  own_at_look_ = own;
}

Figures RunFigures::figures(const RunState::Snapshot& run, Time now) {
  Figures figures;
  figures.done = run.done;
  if (look_) {
    // Since the run began, by whomever.
    figures.done = look_->done - before_ + (run.done - own_at_look_);
    figures.total = look_->done - before_ + look_->waiting;
    figures.given_up = look_->given_up;
    // What is new since the look.
    figures.total->count = std::max(figures.total->count, figures.done.count);
    figures.total->weight = std::max(figures.total->weight, figures.done.weight);
  }
  rate_.note(now, figures.done);
  figures.rate = rate_.rate(now);
  if (look_ && campaign_) {
    figures.done = figures.done + before_;
    figures.total = *figures.total + before_;
  }
  figures.running = run.running;
  figures.failed = run.failed;
  if (run.slowest) {
    figures.slowest = Figures::Slowest{run.slowest->batch_id,
                                       std::chrono::floor<Duration>(now - run.slowest->since)};
  }
  return figures;
}

}  // namespace tranche::runner
