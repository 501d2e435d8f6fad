#pragma once

#include "cli/output.hpp"

#include "tranche/audit.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tranche::cli {

/// Findings as -o asks for, and what follows them. Only a table keeps them, and no more than a
/// screen can be read from. JSON is one object that ends in the totals, JSON lines end in a line
/// of them.
class AuditReport {
 public:
  AuditReport(OutputFormat format, const std::string& job, const std::string& window);
  void add(const AuditFinding& finding);
  void finish(const AuditTotals& totals);

 private:
  OutputFormat format_;
  Json head_;
  Listing listing_;
  std::int64_t found_ = 0;
};

/// How far an audit is: a line on standard error that is written over again and again; off a
/// terminal a line each 30 s.
class AuditProgress {
 public:
  /// `line`: nothing else writes to the terminal meanwhile.
  explicit AuditProgress(bool line) : line_(line) {}
  ~AuditProgress() { clear(); }
  AuditProgress(const AuditProgress&) = delete;
  AuditProgress& operator=(const AuditProgress&) = delete;

  void show(const AuditTotals& totals, const Key& at, const Key& end);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool line_;
  bool on_screen_ = false;
  std::optional<Key> first_;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

}  // namespace tranche::cli
