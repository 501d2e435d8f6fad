#include "cli/parse.hpp"

#include "cli/suggest.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

// Not CLI11: its 2.1 reads `--campaign= --job x` as campaign "--job", takes a following option for
// a value, and reports several lines. What was left of it behind our own checks was less than this
// file.

namespace tranche::cli {
namespace {

using Kind = Parameter::Kind;

/// A word that can only be meant as an option: "-5" and "-" are values.
bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         std::isdigit(static_cast<unsigned char>(word[1])) == 0 && word[1] != '.';
}

class Parser {
 public:
  Parser(std::string_view command, const Parameters& parameters, const Arguments& arguments)
      : prefix_(command.empty() ? std::string() : std::string(command) + ": "),
        parameters_(parameters),
        arguments_(arguments) {}

  bool at_end() const { return next_ == arguments_.size(); }
  std::size_t position() const { return next_; }
  const std::string& peek() const { return arguments_[next_]; }
  /// `-0` is a value, unless the command has an option of that name.
  bool at_option() const {
    const std::string& word = peek();
    return looks_like_option(word) ||
           (word.size() == 2 && word[0] == '-' &&
            std::any_of(parameters_.begin(), parameters_.end(), [&](const Parameter* parameter) {
              return parameter->short_name == word[1];
            }));
  }

  void read_option() {
    const std::string word = arguments_[next_++];
    const bool is_long = word.starts_with("--");
    const std::size_t name_end = is_long ? std::min(word.find('='), word.size()) : 2;
    Parameter& parameter = find_option(word.substr(0, name_end), is_long);
    std::optional<std::string> attached;
    if (name_end < word.size()) {
      attached = word.substr(is_long ? name_end + 1 : name_end);
    }
    if (parameter.kind == Kind::flag) {
      if (attached) {
        refuse(parameter.name + " takes no value");
      }
      assign(parameter, "");
    } else {
      assign(parameter, attached ? *attached : next_value(parameter));
    }
  }

  void read_positional() {
    const std::string& word = arguments_[next_++];
    for (Parameter* parameter : parameters_) {
      if (parameter->kind == Kind::positional && (parameter->repeated || !parameter->given)) {
        assign(*parameter, word);
        return;
      }
    }
    for (const Parameter* parameter : parameters_) {
      if (parameter->kind == Kind::rest) {
        refuse("'" + word + "' stands before '--'; write -- in front of " + parameter->name);
      }
    }
    refuse("unexpected argument '" + word + "'");
  }

  /// Behind `--`: what a `rest` parameter asks for, else arguments that may begin with a dash.
  void read_behind_dashes() {
    ++next_;
    const auto rest = std::find_if(parameters_.begin(), parameters_.end(), [](const Parameter* p) {
      return p->kind == Kind::rest;
    });
    while (!at_end()) {
      if (rest == parameters_.end()) {
        read_positional();
      } else {
        (*rest)->given = true;
        (*rest)->assign(**rest, arguments_[next_++], (*rest)->name);
      }
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(ErrorCode::usage, prefix_ + problem);
  }

  Parameter& find_option(const std::string& name, bool is_long) const {
    std::vector<std::string> known;
    for (Parameter* parameter : parameters_) {
      if (parameter->kind == Kind::positional || parameter->kind == Kind::rest) {
        continue;
      }
      if (is_long ? parameter->name == name : parameter->short_name == name[1]) {
        return *parameter;
      }
      known.push_back(parameter->name);
    }
    refuse("unknown option " + name + suggest(name, known));
  }

  std::string next_value(const Parameter& parameter) {
    const std::string form =
        parameter.name + (parameter.value_name.empty() ? "" : " " + parameter.value_name);
    if (at_end() || peek() == "--") {
      refuse(form + " lacks its value");
    }
    if (peek().starts_with("--")) {
      refuse(form + " lacks its value before " + peek() + "; a value with dashes is written " +
             parameter.name + "=" + peek());
    }
    return arguments_[next_++];
  }

  void assign(Parameter& parameter, const std::string& value) const {
    if (parameter.given && !parameter.repeated) {
      refuse(parameter.name + " is given twice");
    }
    parameter.given = true;
    parameter.assign(parameter, value, parameter.name);
  }

  std::string prefix_;
  const Parameters& parameters_;
  const Arguments& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

void parse_front(const Parameters& parameters, Arguments& arguments) {
  Parser parser("", parameters, arguments);
  while (!parser.at_end() && parser.at_option() && parser.peek() != "--") {
    parser.read_option();
  }
  arguments.erase(arguments.begin(),
                  arguments.begin() + static_cast<std::ptrdiff_t>(parser.position()));
}

void parse_all(std::string_view command, const Parameters& parameters, const Arguments& arguments) {
  Parser parser(command, parameters, arguments);
  while (!parser.at_end()) {
    if (parser.peek() == "--") {
      parser.read_behind_dashes();
    } else if (parser.at_option()) {
      parser.read_option();
    } else {
      parser.read_positional();
    }
  }
}

void finish(std::string_view command, const Parameters& parameters) {
  for (Parameter* parameter : parameters) {
    const char* const value =
        parameter->environment.empty() ? nullptr : std::getenv(parameter->environment.c_str());
    if (!parameter->given && value != nullptr && *value != '\0') {
      parameter->given = true;
      parameter->assign(*parameter, value, parameter->environment);
    }
  }
  const std::string prefix = command.empty() ? std::string() : std::string(command) + ": ";
  for (const Parameter* parameter : parameters) {
    if (!parameter->required || parameter->given) {
      continue;
    }
    std::string form = parameter->name;
    if (parameter->kind == Kind::rest) {
      form = "a command after '--'";
    } else if (parameter->kind == Kind::option && !parameter->value_name.empty()) {
      form += " " + parameter->value_name;
    }
    throw Error(ErrorCode::usage,
                prefix + form + " is required" +
                    (parameter->environment.empty() ? "" : " (or " + parameter->environment + ")"));
  }
}

}  // namespace tranche::cli
