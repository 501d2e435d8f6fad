#include "json/figures_json.hpp"

namespace tranche::runner {
namespace {

Json seconds_json(Duration duration) {
  return static_cast<double>(duration.count()) / 1000;
}

}  // namespace

Json figures_json(const Figures& figures) {
  const auto& total = figures.total;
  const auto left = figures.left();
  Json slowest = nullptr;
  if (figures.slowest) {
    slowest = {{"batch_id", figures.slowest->batch_id},
               {"seconds", seconds_json(figures.slowest->running)}};
  }
  return {{"progress", maybe_json(figures.share())},
          {"done_count", figures.done.count},
          {"done_weight", weight_json(figures.done.weight)},
          {"total_count", total ? Json(total->count) : Json(nullptr)},
          {"total_weight", total ? weight_json(total->weight) : Json(nullptr)},
          {"count_per_second", figures.rate ? Json(figures.rate->count) : Json(nullptr)},
          {"weight_per_second", figures.rate ? Json(figures.rate->weight) : Json(nullptr)},
          {"seconds_left", left ? seconds_json(*left) : Json(nullptr)},
          {"slowest", std::move(slowest)}};
}

}  // namespace tranche::runner
