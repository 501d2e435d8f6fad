#include "cli/adapters.hpp"

#include "cli/operators.hpp"

namespace tranche::cli {

runner::AdapterChoice choose_adapters(const Context& context,
                                      const std::vector<std::string>& names) {
  return runner::choose_adapters(
      names, *context.adapters, process_environment(), [](const std::string& name) {
        return find_operator("adapter-" + name, operator_folders());
      });
}

}  // namespace tranche::cli
