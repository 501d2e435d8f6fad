#include "cli/complete.hpp"

#include <algorithm>
#include <array>

namespace tranche::cli {
namespace {

using Kind = Parameter::Kind;
using Shell = Completion::Shell;

bool names_files(std::string_view value_name) {
  static constexpr std::array<std::string_view, 6> kWords{
      "PATH", "FILE", "DIR", "FOLDER", "MANIFEST", "LIST.TXT"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return value_name.find(word) != std::string_view::npos;
  });
}

/// Follows a command line word by word.
class Cursor {
 public:
  Cursor(const Registry& registry,
         const Parameters& globals,
         const std::vector<std::string>& operators)
      : registry_(registry), known_(globals.begin(), globals.end()), operators_(operators) {}

  void pass(const std::string& word) {
    if (pending_ != nullptr) {
      pending_ = nullptr;
    } else if (behind_dashes_ || operator_) {
      ++passed_;
    } else if (word == "--") {
      behind_dashes_ = true;
    } else if (word.size() > 1 && word[0] == '-') {
      pass_option(word);
    } else if (command_ == nullptr) {
      pass_name(word);
    } else {
      ++passed_;
    }
  }

  Completion at(const std::string& word) const {
    if (pending_ != nullptr) {
      return values(*pending_, "", word);
    }
    if (operator_) {
      return {{}, Shell::files};
    }
    if (behind_dashes_ && parameter_of(Kind::rest) != nullptr) {
      return {{}, passed_ == 0 ? Shell::commands : Shell::files};
    }
    const std::size_t equals = word.find('=');
    if (!behind_dashes_ && word.starts_with("--") && equals != std::string::npos) {
      const Parameter* const parameter = find_option(word.substr(0, equals));
      return parameter == nullptr
                 ? Completion{}
                 : values(*parameter, word.substr(0, equals + 1), word.substr(equals + 1));
    }
    if (!behind_dashes_ && word.starts_with("-")) {
      return options(word);
    }
    return command_ == nullptr ? names(word) : arguments(word);
  }

 private:
  const Parameter* parameter_of(Kind kind) const {
    const auto found = std::find_if(
        known_.begin(), known_.end(), [&](const Parameter* p) { return p->kind == kind; });
    return found == known_.end() ? nullptr : *found;
  }

  const Parameter* find_option(const std::string& name) const {
    const auto found = std::find_if(known_.begin(), known_.end(), [&](const Parameter* p) {
      return p->name == name ||
             (p->short_name != 0 && name.size() == 2 && name[1] == p->short_name);
    });
    return found == known_.end() ? nullptr : *found;
  }

  void pass_option(const std::string& word) {
    const Parameter* const parameter = find_option(word.substr(0, word.find('=')));
    if (parameter != nullptr) {
      given_.push_back(parameter);
      const bool attached = word.find('=') != std::string::npos;
      pending_ = parameter->kind == Kind::option && !attached ? parameter : nullptr;
    }
  }

  void pass_name(const std::string& word) {
    const std::string name = family_.empty() ? word : family_ + ' ' + word;
    for (const Command& command : registry_.commands()) {
      if (command.name() == name) {
        command_ = &command;
        for (const Parameter& parameter : command.parameters()) {
          // As the parser does: a command's own option comes before a global one of its name.
          std::erase_if(known_,
                        [&](const Parameter* known) { return known->name == parameter.name; });
          known_.push_back(&parameter);
        }
        return;
      }
    }
    if (!registry_.members(name).empty()) {
      family_ = name;
    } else {
      operator_ = true;
    }
  }

  static void offer(Completion& completion,
                    const std::string& typed,
                    const std::string& word,
                    const std::string& help) {
    const auto same = [&](const Candidate& c) { return c.word == word; };
    if (word.starts_with(typed) &&
        std::none_of(completion.candidates.begin(), completion.candidates.end(), same)) {
      completion.candidates.push_back({word, help});
    }
  }

  static Completion values(const Parameter& parameter,
                           const std::string& lead,
                           const std::string& typed) {
    Completion completion;
    for (const std::string& choice : parameter.choices) {
      offer(completion, lead + typed, lead + choice, "");
    }
    completion.shell = names_files(parameter.value_name) ? Shell::files : Shell::nothing;
    return completion;
  }

  Completion options(const std::string& typed) const {
    Completion completion;
    for (const Parameter* parameter : known_) {
      const bool used = !parameter->repeated &&
                        std::find(given_.begin(), given_.end(), parameter) != given_.end();
      if ((parameter->kind == Kind::option || parameter->kind == Kind::flag) && !used) {
        offer(completion, typed, parameter->name, parameter->help);
      }
    }
    return completion;
  }

  Completion names(const std::string& typed) const {
    Completion completion;
    for (const Command& command : registry_.commands()) {
      const std::size_t space = command.name().find(' ');
      if (!family_.empty()) {
        if (command.name().starts_with(family_ + ' ')) {
          offer(completion, typed, command.name().substr(family_.size() + 1), command.summary());
        }
      } else if (space == std::string::npos) {
        offer(completion, typed, command.name(), command.summary());
      } else {
        const std::string family = command.name().substr(0, space);
        offer(completion, typed, family, registry_.family_summary(family));
      }
    }
    if (family_.empty()) {
      for (const std::string& name : operators_) {
        offer(completion, typed, name, "runs tranche-" + name);
      }
    }
    return completion;
  }

  Completion arguments(const std::string& typed) const {
    std::size_t place = passed_;
    for (const Parameter* parameter : known_) {
      if (parameter->kind == Kind::positional && (parameter->repeated || place-- == 0)) {
        return values(*parameter, "", typed);
      }
    }
    return {};
  }

  const Registry& registry_;
  std::vector<const Parameter*> known_;
  const std::vector<std::string>& operators_;
  std::vector<const Parameter*> given_;
  const Command* command_ = nullptr;
  std::string family_;
  const Parameter* pending_ = nullptr;  // the option whose value comes next
  bool behind_dashes_ = false;
  bool operator_ = false;
  std::size_t passed_ = 0;  // arguments, or words behind --
};

}  // namespace

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words{""};
  bool between = true;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (!between) {
        words.emplace_back();
      }
      between = true;
      continue;
    }
    between = false;
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back() += c;
    }
  }
  return words;
}

Completion complete(const Registry& registry,
                    const Parameters& globals,
                    const std::vector<std::string>& operators,
                    const std::vector<std::string>& words) {
  if (words.empty()) {
    return {};
  }
  Cursor cursor(registry, globals, operators);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    cursor.pass(words[i]);
  }
  return cursor.at(words.back());
}

}  // namespace tranche::cli
