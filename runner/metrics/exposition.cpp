#include "metrics/exposition.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace tranche::runner {
namespace {

constexpr std::array<std::string_view, 3> kTypes{"counter", "gauge", "histogram"};

std::string escaped(std::string_view text, bool quotes) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) {
      result += '\\';
    }
    result += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return result;
}

std::string number(double value) {
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  const std::string spelled(name);
  families_.push_back({spelled,
                       "# HELP " + spelled + " " + escaped(help, false) + "\n# TYPE " + spelled +
                           " " + std::string(kTypes[static_cast<std::size_t>(type)]) + "\n",
                       {}});
}

void Exposition::add(std::string_view name,
                     const Labels& labels,
                     double value,
                     std::string_view suffix) {
  const auto found = std::find_if(families_.begin(), families_.end(), [&](const Family& family) {
    return family.name == name;
  });
  assert(found != families_.end());
  std::string line = found->name + std::string(suffix);
  char before = '{';
  for (const auto& [label, text] : labels) {
    line += before + label + "=\"" + escaped(text, true) + '"';
    before = ',';
  }
  found->samples += line + (labels.empty() ? " " : "} ") + number(value) + '\n';
}

std::string Exposition::text() const {
  std::string text;
  for (const Family& family : families_) {
    text += family.head + family.samples;
  }
  return text;
}

}  // namespace tranche::runner
