#include "loop/reported_items.hpp"

#include "loop/command_files.hpp"

#include <algorithm>

namespace tranche::runner {

void ReportedItems::Done::add(const Entry& entry, bool is_done) {
  if (!is_done) {
    ++totals.left;
    return;
  }
  if (keys.full()) {
    parts.push_back(keys.take_part());
  }
  keys.add(entry.key);
  ++totals.done;
  totals.done_weight += entry.weight;
}

void ReportedItems::add(const Asset& asset) {
  names_.push_back(
      {std::hash<std::string>()(asset.item), static_cast<std::uint32_t>(chunk_.size())});
  chunk_.push_back({asset.key, asset.weight, State::unnamed});
  if (chunk_.size() == kChunk) {
    read_chunk();
  }
}

bool ReportedItems::mark(std::string_view item, State state) {
  const std::size_t hash = std::hash<std::string_view>()(item);
  const auto by_hash = [](const Name& a, const Name& b) { return a.hash < b.hash; };
  const auto [first, last] = std::equal_range(names_.begin(), names_.end(), Name{hash, 0}, by_hash);
  for (auto name = first; name != last; ++name) {
    chunk_[name->entry].state = state;
  }
  return first != last;
}

bool ReportedItems::find(const ReportLine& line) {
  std::string_view item = line.item;
  const State state = line.failed ? State::failed : State::done;
  if (mark(item, state)) {
    return true;
  }
  if (!line.plain || !line.failed) {
    return false;
  }
  // Items may hold blanks: the longest beginning that is one.
  for (auto blank = item.rfind(' '); blank != std::string_view::npos; blank = item.rfind(' ')) {
    item = item.substr(0, blank);
    if (mark(item, state)) {
      return true;
    }
  }
  return false;
}

void ReportedItems::read_chunk() {
  std::sort(
      names_.begin(), names_.end(), [](const Name& a, const Name& b) { return a.hash < b.hash; });
  std::size_t number = 0;
  for_each_report_line(report_, [&](const ReportLine& line) {
    if (number == known_.size()) {
      known_.push_back(false);
    }
    known_[number] = find(line) || known_[number];
    ++number;
  });
  for (const Entry& entry : chunk_) {
    named_.add(entry, entry.state == State::done);
    all_but_failed_.add(entry, entry.state != State::failed);
  }
  chunk_.clear();
  names_.clear();
}

ItemsDone ReportedItems::finish(std::vector<std::string>& done_keys) {
  read_chunk();
  std::int64_t unknown = 0;
  bool unknown_failed = false;
  std::string first;
  std::size_t number = 0;
  for_each_report_line(report_, [&](const ReportLine& line) {
    // The command may still be writing: what it adds now was looked for by nobody.
    if (number == known_.size() || known_[number++]) {
      return;
    }
    first = unknown++ == 0 ? line.item : first;
    unknown_failed = unknown_failed || line.failed;
  });
  tell_left_out("lines of the report file that name no item of the batch", unknown, first);
  Done& done = ended_well_ && !unknown_failed ? all_but_failed_ : named_;
  if (done.totals.done > 0) {
    done_keys = std::move(done.parts);
    done_keys.push_back(done.keys.take_part());
  }
  return done.totals;
}

}  // namespace tranche::runner
