#include "json/writer_json.hpp"

namespace tranche::runner {

Json writers_json(const std::vector<Writer>& writers) {
  Json all = Json::array();
  for (const Writer& writer : writers) {
    all.push_back({{"pid", maybe_json(writer.pid)},
                   {"name", text_json(writer.name)},
                   {"age_seconds", maybe_json(writer.age_seconds)}});
  }
  return all;
}

}  // namespace tranche::runner
