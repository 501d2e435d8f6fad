#include "coverage/asset_count.hpp"
#include "coverage/coverage.hpp"
#include "coverage/wanted_keys.hpp"

#include <algorithm>
#include <array>

namespace tranche {

using coverage::Coverage;
using coverage::Edge;
using coverage::Scope;
using coverage::Stretch;

namespace {

/// One of two jobs that are compared.
struct Side {
  Job job;
  std::vector<Scope> scopes;
  Coverage covered;
  std::optional<Stretch> at;

  Side(Inventory::Impl& impl, Job of)
      : job(std::move(of)),
        scopes(coverage::scopes_of(impl, job, std::nullopt)),
        covered(impl, job, scopes),
        at(covered.next()) {}
  void pass(const Edge& to) {
    at->begin = to;
    at = at->empty() ? covered.next() : at;
  }
};

void check_comparable(const Job& a, const Job& b) {
  const auto type_of = [](const Job& job) {
    return "job '" + job.name + "' has " + std::string(to_string(job.definition.key_type)) +
           " keys";
  };
  if (a.definition.key_type != b.definition.key_type) {
    throw Error(ErrorCode::refused,
                type_of(a) + ", and " + type_of(b) +
                    "; only jobs whose keys are of one type can be compared");
  }
}

}  // namespace

void Inventory::gaps(const std::string& job_name,
                     const std::optional<std::string>& window,
                     const std::function<void(const Gap&)>& each) {
  const Job job = find_job(job_name);
  const auto scopes = coverage::scopes_of(*impl_, job, window);
  const bool by_all = window && std::any_of(scopes.begin(), scopes.end(), [](const Scope& scope) {
                        return scope.window.only_missing;
                      });
  Coverage coverage(*impl_, job, by_all ? coverage::scopes_of(*impl_, job, std::nullopt) : scopes);
  coverage::WantedKeys wanted(*impl_, job, scopes);
  coverage::AssetCount count(wanted.sources(), [&](const Gap& gap, std::size_t) { each(gap); });
  auto covered = coverage.next();
  for (const coverage::Wanted& keys : wanted.all()) {
    const Edge end = keys.keys.end;
    Edge at = keys.keys.begin;
    while (at < end) {
      while (covered && covered->end <= at) {
        covered = coverage.next();
      }
      const Edge next = covered ? std::min(covered->begin, end) : end;
      if (at < next) {
        count.add({at, next}, keys.source);
      }
      at = next < end ? covered->end : end;
    }
  }
  count.flush();
}

void Inventory::diff(const std::string& job_name,
                     const std::string& with_name,
                     const std::function<void(const Difference&)>& each) {
  const Job job = find_job(job_name);
  const Job with = find_job(with_name);
  check_comparable(job, with);
  std::array<Side, 2> sides{Side(*impl_, job), Side(*impl_, with)};
  coverage::AssetCount count({&impl_->source_of(job), &impl_->source_of(with)},
                             [&](const Gap& gap, std::size_t in) {
                               each({gap, sides[in].job.name, sides[1 - in].job.name});
                             });
  while (sides[0].at || sides[1].at) {
    const bool both = sides[0].at && sides[1].at;
    if (both && sides[0].at->begin == sides[1].at->begin) {
      const Edge end = std::min(sides[0].at->end, sides[1].at->end);
      sides[0].pass(end);
      sides[1].pass(end);
      continue;
    }
    const std::size_t in =
        both ? (sides[0].at->begin < sides[1].at->begin ? 0 : 1) : (sides[0].at ? 0 : 1);
    const Edge end =
        both ? std::min(sides[in].at->end, sides[1 - in].at->begin) : sides[in].at->end;
    count.add({sides[in].at->begin, end}, in);
    sides[in].pass(end);
  }
  count.flush();
}

}  // namespace tranche
