#include "argo/argo_files.hpp"

#include "files.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace tranche::adapters {
namespace {

// Fields of the summary that are parameters of their own.
constexpr std::string_view kFields[] = {
    "exit_status", "iterations", "succeeded", "failed", "count", "weight", "first_key", "last_key"};

bool closes(Outcome outcome) {
  return outcome == Outcome::succeeded || outcome == Outcome::skipped;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

}  // namespace

void ProgressCount::acquired(const BatchAcquired& told) {
  ++begun_;
  handed_out_ += told.batch.count;
  counts_[told.batch.id] = told.batch.count;
  held_[told.batch.id] = 0;
  update();
}

void ProgressCount::progress(const BatchProgress& told) {
  const auto held = held_.find(told.batch_id);
  if (held != held_.end()) {
    held->second = static_cast<double>(counts_[told.batch_id]) * static_cast<double>(told.done) /
                   static_cast<double>(told.total);
    update();
  }
}

void ProgressCount::released(const BatchReleased& told) {
  if (held_.erase(told.batch.id) == 0) {
    return;
  }
  const auto count = counts_.extract(told.batch.id).mapped();
  if (closes(told.outcome)) {
    succeeded_ += count;
  } else {
    // It may come again in this run.
    handed_out_ -= count;
  }
  update();
}

void ProgressCount::update() {
  double done = static_cast<double>(succeeded_);
  for (const auto& [id, part] : held_) {
    done += part;
  }
  double total = static_cast<double>(handed_out_);
  if (iterations_ && begun_ > 0) {
    total *= std::max(1.0, static_cast<double>(*iterations_) / static_cast<double>(begun_));
  }
  total_ = std::max(total_, static_cast<std::int64_t>(std::llround(total)));
  done_ = std::min(total_, std::max(done_, static_cast<std::int64_t>(done)));
}

void ArgoFiles::write(const std::string& name, const std::string& value) {
  auto& before = written_.try_emplace(name, "\n").first->second;
  if (outputs_.empty() || before == value) {
    return;
  }
  replace_file(outputs_ / name, value);
  before = value;
}

void ArgoFiles::write_totals() {
  write("iterations", std::to_string(iterations_));
  write("succeeded", std::to_string(succeeded_));
  write("failed", std::to_string(failed_));
  write("count", std::to_string(assets_));
  write("weight", format_weight(weight_));
  write("first_key", first_key_ ? first_key_->text() : "");
  write("last_key", last_key_ ? last_key_->text() : "");
  write(
      "outputs.json",
      nlohmann::json(last_outputs_).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void ArgoFiles::write_progress() {
  if (progress_file_.empty() || count_.total() == 0) {
    return;
  }
  const std::string line = std::to_string(count_.done()) + "/" + std::to_string(count_.total());
  if (line != told_progress_) {
    replace_file(progress_file_, line + "\n");
    told_progress_ = line;
  }
}

void ArgoFiles::on_run_started(const RunStarted& told) {
  count_ = ProgressCount(told.iterations);
  if (outputs_.empty()) {
    return;
  }
  std::filesystem::create_directories(outputs_);
  write("run_id", told.run.id);
  write("exit_status", "");
  write("summary.json", "{}");
  write_totals();
}

void ArgoFiles::on_batch_acquired(const BatchAcquired& told) {
  count_.acquired(told);
  write_progress();
}

void ArgoFiles::on_progress(const BatchProgress& told) {
  count_.progress(told);
  write_progress();
}

void ArgoFiles::on_batch_released(const BatchReleased& told) {
  count_.released(told);
  ++iterations_;
  const Batch& batch = told.batch;
  if (closes(told.outcome)) {
    ++succeeded_;
    assets_ += batch.count;
    weight_ += batch.weight;
    first_key_ = first_key_ ? std::min(*first_key_, *batch.first_key) : *batch.first_key;
    last_key_ = last_key_ ? std::max(*last_key_, *batch.last_key) : *batch.last_key;
    last_outputs_ = batch.outputs;
  } else if (told.outcome == Outcome::failed || told.outcome == Outcome::timeout) {
    ++failed_;
  }
  write_totals();
  write_progress();
}

void ArgoFiles::on_run_finished(const RunFinished& told) {
  const auto summary = nlohmann::json::parse(told.summary, nullptr, false);
  for (const std::string_view field : kFields) {
    const auto found = summary.find(std::string(field));
    if (found != summary.end()) {
      write(std::string(field), text_of(*found));
    }
  }
  write("summary.json", told.summary);
}

}  // namespace tranche::adapters
