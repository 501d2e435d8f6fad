#include "horizon/points.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tranche::horizon {

namespace {

using nlohmann::json;

constexpr std::size_t kMostPoints = 256;
// A settled key is at most this fraction of `settle` older than it need be.
constexpr int kGrain = 32;

/// PostgreSQL's name for a prepared transaction that it found when it started: it had another one
/// before.
bool is_recovered(const std::string& writer) {
  return writer.starts_with("-1/");
}

std::int64_t milliseconds(TimePoint time) {
  return time.time_since_epoch().count();
}

}  // namespace

Points Points::parse(KeyType type, std::string_view text) {
  Points points;
  try {
    const json stored = json::parse(text);
    points.server_ = stored.at("server").get<std::string>();
    for (const json& point : stored.at("points")) {
      points.points_.push_back({Key::parse(type, point.at("key").get<std::string>()),
                                TimePoint(Duration(point.at("at").get<std::int64_t>()))});
    }
    for (const auto& [writer, first] : stored.at("waits_for").items()) {
      points.waits_for_[writer] = std::min(first.get<std::size_t>(), points.points_.size());
    }
    return points;
  } catch (const std::exception&) {
    return {};
  }
}

std::string Points::text() const {
  json points = json::array();
  for (const Point& point : points_) {
    points.push_back({{"key", point.key.text()}, {"at", milliseconds(point.at)}});
  }
  return json{{"server", server_}, {"points", points}, {"waits_for", waits_for_}}.dump();
}

bool Points::add(const Look& look, Duration settle) {
  if (look.writers.server != server_) {
    // Names of transactions mean nothing on another server, or on this one since it was started
    // anew.
    *this = {};
    server_ = look.writers.server;
  }
  forget_ended(look.writers);
  if (!points_.empty() && look.newest <= points_.back().key) {
    return false;
  }
  for (const std::string& writer : look.writers.transactions) {
    waits_for_.emplace(writer, points_.size());
  }
  points_.push_back({look.newest, look.at});
  thin(look.at, settle);
  return true;
}

std::size_t Points::first_waiting() const {
  std::size_t first = points_.size();
  for (const auto& [writer, point] : waits_for_) {
    first = std::min(first, point);
  }
  return first;
}

void Points::forget_ended(const Writers& seen) {
  const std::size_t waiting = first_waiting();
  std::erase_if(waits_for_, [&](const auto& entry) {
    const auto& there = seen.transactions;
    return std::find(there.begin(), there.end(), entry.first) == there.end();
  });
  for (const std::string& writer : seen.transactions) {
    if (is_recovered(writer) && waiting < points_.size()) {
      // It may be any of those that a point waited for.
      waits_for_.emplace(writer, waiting);
    }
  }
}

std::optional<Key> Points::settled(TimePoint now, Duration settle) const {
  for (std::size_t index = first_waiting(); index > 0; --index) {
    const Point& point = points_[index - 1];
    if (point.at + settle <= now) {
      return point.key;
    }
  }
  return std::nullopt;
}

/// A point is of no use where the next one waits for the same writers and will not be too young for
/// much longer.
bool Points::is_spare(std::size_t index, TimePoint now, Duration settle) const {
  const bool same_writers =
      std::none_of(waits_for_.begin(), waits_for_.end(), [&](const auto& entry) {
        return entry.second == index + 1;
      });
  const Point& next = points_[index + 1];
  const bool dense = index > 0 && next.at - points_[index - 1].at <= settle / kGrain;
  return same_writers && (next.at + settle <= now || dense);
}

void Points::thin(TimePoint now, Duration settle) {
  for (std::size_t index = points_.size() - 1; index > 0; --index) {
    if (is_spare(index - 1, now, settle)) {
      erase(index - 1);
    }
  }
  while (points_.size() > kMostPoints) {
    // Any point but the newest may go: that only delays.
    erase(points_.size() / 2);
  }
}

void Points::erase(std::size_t index) {
  points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(index));
  for (auto& [writer, first] : waits_for_) {
    if (first > index) {
      --first;
    }
  }
}

}  // namespace tranche::horizon
