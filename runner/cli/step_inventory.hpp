#pragma once

#include "cli/command.hpp"
#include "cli/open.hpp"

#include "tranche/error.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tranche::cli {

/// The inventory of a command that does one step. A server that is not there at first is an error
/// at once; one that breaks off later is asked again, for a while.
class StepInventory {
 public:
  /// `what` is named where there is no inventory: "job 'flights'".
  StepInventory(const Context& context, std::string what)
      : context_(context), what_(std::move(what)), inventory_(need_inventory(context_, what_)) {}

  /// The one that the last keep_trying used.
  Inventory& get() { return *inventory_; }

  /// `in_doubt` says what a commit whose outcome is unknown has come to: it is called with a new
  /// connection and answers, or leaves it to another try. Without it the work is done again.
  template <typename Result>
  Result keep_trying(const std::function<Result(Inventory&)>& work,
                     const std::function<std::optional<Result>(Inventory&)>& in_doubt = {}) {
    bool broken = false;
    bool doubtful = false;
    const auto until = Clock::now() + kPatience;
    while (true) {
      try {
        open(broken);
        if (doubtful && in_doubt) {
          if (auto result = in_doubt(*inventory_)) {
            return std::move(*result);
          }
        }
        doubtful = false;
        return work(*inventory_);
      } catch (const Error& error) {
        doubtful = doubtful || error.code() == ErrorCode::in_doubt;
        if (!broke_off(error, broken) || Clock::now() > until) {
          throw;
        }
        broken = true;
        tell(error);
      }
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kPatience = std::chrono::seconds(30);

  void open(bool again);
  static bool broke_off(const Error& error, bool before);
  static void tell(const Error& error);

  const Context& context_;
  std::string what_;
  std::optional<Inventory> inventory_;
};

}  // namespace tranche::cli
