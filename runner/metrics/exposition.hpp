#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tranche::runner {

/// Metrics in the text format of Prometheus, version 0.0.4. All samples of a family follow each
/// other, whatever the order in which they were added.
class Exposition {
 public:
  enum class Type { counter, gauge, histogram };
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// A family exists from here on, with or without samples. Shown in this order.
  void family(std::string_view name, Type type, std::string_view help);
  /// `suffix`: "_bucket", "_sum" or "_count" of a histogram.
  void add(std::string_view name, const Labels& labels, double value, std::string_view suffix = {});
  std::string text() const;

 private:
  struct Family {
    std::string name;
    std::string head;
    std::string samples;
  };
  std::vector<Family> families_;
};

}  // namespace tranche::runner
