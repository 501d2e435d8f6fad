#include "json/coverage_json.hpp"

namespace tranche::runner {

Json gap_json(const Gap& gap) {
  return {{"first_key", key_json(gap.first_key)},
          {"last_key", key_json(gap.last_key)},
          {"first_key_text", key_text_json(gap.first_key)},
          {"last_key_text", key_text_json(gap.last_key)},
          {"count", gap.count},
          {"weight", weight_json(gap.weight)}};
}

Json difference_json(const Difference& difference) {
  Json json = gap_json(difference.range);
  json["covered_by"] = difference.covered_by;
  json["missing_in"] = difference.missing_in;
  return json;
}

}  // namespace tranche::runner
