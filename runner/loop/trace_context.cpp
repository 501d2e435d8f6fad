#include "loop/trace_context.hpp"

#include "tranche/inventory.hpp"

#include <string_view>

namespace tranche::runner {
namespace {

constexpr std::string_view kForm = "xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceLength = 32;
constexpr std::size_t kSpanAt = kTraceAt + kTraceLength + 1;
constexpr std::size_t kSpanLength = 16;
constexpr std::size_t kFlagsAt = kSpanAt + kSpanLength + 1;

bool has_form(std::string_view text) {
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = std::string_view("0123456789abcdef").find(text[i]) != std::string_view::npos;
    if (kForm[i] == 'x' ? !digit : text[i] != kForm[i]) {
      return false;
    }
  }
  return true;
}

bool is_zero(std::string_view id) {
  return id.find_first_not_of('0') == std::string_view::npos;
}

bool is_traceparent(std::string_view text) {
  if (text.size() < kForm.size() || !has_form(text)) {
    return false;
  }
  const std::string_view version = text.substr(0, 2);
  const std::string_view rest = text.substr(kForm.size());
  // Only a later version may say more, behind a dash.
  const bool ends = rest.empty() || (version != "00" && rest.front() == '-');
  return ends && version != "ff" && !is_zero(text.substr(kTraceAt, kTraceLength)) &&
         !is_zero(text.substr(kSpanAt, kSpanLength));
}

}  // namespace

TraceContext continue_trace(const char* inherited) {
  const std::string_view given = inherited == nullptr ? "" : inherited;
  const bool usable = is_traceparent(given);
  const std::string trace =
      usable ? std::string(given.substr(kTraceAt, kTraceLength)) : random_token();
  const std::string flags = usable ? std::string(given.substr(kFlagsAt, 2)) : "01";
  return {"00-" + trace + "-" + random_token().substr(0, kSpanLength) + "-" + flags, usable};
}

}  // namespace tranche::runner
