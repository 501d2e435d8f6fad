#pragma once

#include "spool.hpp"
#include "transport.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tranche::adapters::openlineage {

/// Sends what is in a spool, on a thread of its own, so that whoever hears events is never held up
/// by a server: in order, at once where the server answers, and again later where it does not.
class Delivery {
 public:
  Delivery(Spool& spool, std::unique_ptr<Transport> transport);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// There is something new in the spool.
  void wake();
  /// Sends what it can for so long. False: it still sends; leave the process without destroying
  /// this.
  bool finish(std::chrono::milliseconds patience);

  struct Result {
    bool away = false;  ///< the last look at the server failed
    std::string why;    ///< of the newest failure
    std::int64_t refused = 0;
  };
  Result result() const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Round { empty, busy, away };

  void live();
  Round send_all();
  /// False: the server is away.
  bool send_one(const std::string& name, std::vector<std::string>& failed, bool& answered);
  bool retry(const std::vector<std::string>& failed);
  void note(const Sent& sent, bool away);
  bool is_late() const;
  Clock::time_point next_look(Round round, Clock::duration& pause) const;

  Spool& spool_;
  const std::unique_ptr<Transport> transport_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool fresh_ = true;  ///< what an earlier run left
  bool ending_ = false;
  bool done_ = false;
  Clock::time_point end_ = Clock::time_point::max();
  Result result_;
  std::thread thread_;
};

}  // namespace tranche::adapters::openlineage
