#pragma once

#include "cli/output_format.hpp"

#include "tranche/adapter.hpp"
#include "tranche/database_url.hpp"
#include "tranche/units.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a command describes itself. Help, completion, the manual page and the parser all read this.
///
///   void add_backlog(cli::Registry& registry) {
///     auto& c = registry.command("backlog", "What waits, runs and failed", "tranche backlog --job
///     flights"); auto options = std::make_shared<BacklogOptions>(); c.required("--job",
///     options->job, "NAME", "The job"); c.listing(options->output); c.run([options](cli::Context&
///     context) { return show_backlog(context, *options); });
///   }
///
/// Targets are written when the command line is read; `run` keeps them alive by holding `options`.
namespace tranche::cli {

class Registry;

/// One option, flag or argument. A target's value at registration is its default and shown as such.
struct Parameter {
  enum class Kind { flag, option, positional, rest };
  /// `value` as the user wrote it; `what` names where it stood, for messages.
  using Assign =
      std::function<void(const Parameter&, const std::string& value, std::string_view what)>;

  Kind kind = Kind::option;
  std::string name;     ///< "--job", or "BATCH_ID" for an argument
  char short_name = 0;  ///< 'o' for -o
  std::string value_name;
  std::string help;
  std::string shown_default;
  std::string environment;
  std::vector<std::string> choices;
  bool required = false;
  bool repeated = false;
  bool given = false;
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  Assign assign;

  /// Taken from this variable where it is set, not empty and the command line says nothing.
  Parameter& env(std::string_view variable);
  /// Of a whole number, both ends included; from 0 unless said.
  Parameter& range(std::int64_t smallest, std::int64_t largest);
  /// For defaults that are no value: "the job's".
  Parameter& default_text(std::string_view text);
  /// Refuses the command line without it.
  Parameter& need();
};

/// Global options and what else a command may ask for.
struct Context {
  std::optional<std::string> db;  ///< as given by --db or TRANCHE_DB
  std::string schema = "tranche";
  std::string log_level = "info";
  std::string log_format = "text";
  Registry* registry = nullptr;
  const AdapterRegistry* adapters = nullptr;

  /// The inventory's database. Errors: ErrorCode::usage for a malformed --db or TRANCHE_DB.
  DatabaseUrl inventory() const;
};

// What a target of each type accepts; more types are added by overloads.
void assign_value(std::string& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what);
void assign_value(int& target, const Parameter&, const std::string& value, std::string_view what);
void assign_value(std::int64_t& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what);
void assign_value(Duration& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what);
void assign_value(TimePoint& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what);
/// A weight: "10MiB".
void assign_value(double& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what);

std::string default_of(const std::string& target);
std::string default_of(int target);
std::string default_of(std::int64_t target);
std::string default_of(Duration target);
std::string default_of(double target);

template <typename T>
void assign_value(std::optional<T>& target,
                  const Parameter& parameter,
                  const std::string& value,
                  std::string_view what) {
  assign_value(target.emplace(), parameter, value, what);
}

template <typename T>
void assign_value(std::vector<T>& target,
                  const Parameter& parameter,
                  const std::string& value,
                  std::string_view what) {
  assign_value(target.emplace_back(), parameter, value, what);
}

template <typename T>
constexpr bool is_many(const std::vector<T>&) {
  return true;
}
template <typename T>
constexpr bool is_many(const T&) {
  return false;
}

class Command {
 public:
  Command(std::string_view name,
          std::string_view summary,
          std::string_view example,
          std::string_view group);

  /// `flags` is "--job" or "-o,--output". Types: see assign_value, std::optional of them, and
  /// std::vector for an option that may be repeated.
  template <typename T>
  Parameter& option(std::string_view flags,
                    T& target,
                    std::string_view value_name,
                    std::string_view help) {
    Parameter& added = add(Parameter::Kind::option, flags, value_name, help, into(target));
    describe(added, target);
    return added;
  }
  template <typename T>
  Parameter& required(std::string_view flags,
                      T& target,
                      std::string_view value_name,
                      std::string_view help) {
    return option(flags, target, value_name, help).need();
  }
  /// An argument without a dash: needed for plain types, at most one for std::optional, any number
  /// for std::vector (at least one with need()).
  template <typename T>
  Parameter& positional(std::string_view name, T& target, std::string_view help) {
    Parameter& added = add(Parameter::Kind::positional, name, name, help, into(target));
    added.repeated = is_many(target);
    added.required = is_single(target);
    return added;
  }
  Parameter& weight(std::string_view flags,
                    std::optional<double>& target,
                    std::string_view value_name,
                    std::string_view help);
  Parameter& flag(std::string_view flags, bool& target, std::string_view help);
  Parameter& choices(std::string_view flags,
                     std::string& target,
                     std::initializer_list<std::string_view> accepted,
                     std::string_view help);
  Parameter& choices(std::string_view flags,
                     std::optional<std::string>& target,
                     std::initializer_list<std::string_view> accepted,
                     std::string_view help);
  /// -o, --output.
  Parameter& listing(OutputFormat& target);
  /// Everything after `--`, which is needed, as it is.
  Parameter& rest(std::string_view name, std::vector<std::string>& target, std::string_view help);

  /// Paragraphs for --help and the manual page, below the summary.
  void about(std::string_view text) { about_ = text; }
  /// One more example.
  void example(std::string_view line) { examples_.emplace_back(line); }
  /// What the command does; its result is the exit status.
  void run(std::function<int(Context&)> body) { body_ = std::move(body); }

  const std::string& name() const { return name_; }
  const std::string& summary() const { return summary_; }
  const std::string& about() const { return about_; }
  const std::vector<std::string>& examples() const { return examples_; }
  const std::string& group() const { return group_; }
  const std::deque<Parameter>& parameters() const { return parameters_; }
  std::deque<Parameter>& parameters() { return parameters_; }
  int execute(Context& context) const { return body_(context); }

 private:
  template <typename T>
  static Parameter::Assign into(T& target) {
    return [&target](const Parameter& parameter, const std::string& value, std::string_view what) {
      assign_value(target, parameter, value, what);
    };
  }
  template <typename T>
  static void describe(Parameter& added, const T& target) {
    added.shown_default = default_of(target);
  }
  template <typename T>
  static void describe(Parameter&, const std::optional<T>&) {}
  static void describe(Parameter&, const TimePoint&) {}
  template <typename T>
  static void describe(Parameter& added, const std::vector<T>&) {
    added.repeated = true;
  }
  template <typename T>
  static constexpr bool is_single(const std::optional<T>&) {
    return false;
  }
  template <typename T>
  static constexpr bool is_single(const T& target) {
    return !is_many(target);
  }

  Parameter& add(Parameter::Kind kind,
                 std::string_view flags,
                 std::string_view value_name,
                 std::string_view help,
                 Parameter::Assign assign);

  std::string name_;
  std::string summary_;
  std::string about_;
  std::vector<std::string> examples_;
  std::string group_;
  std::deque<Parameter> parameters_;  // addresses stay: the chain of a registration may be kept
  std::function<int(Context&)> body_;
};

/// All commands, in the order of their help.
class Registry {
 public:
  /// The heading of the commands registered from here on.
  void group(std::string_view title) { group_ = title; }
  /// `name` is "backlog", or "job create" for a member of the family `job`.
  Command& command(std::string_view name, std::string_view summary, std::string_view example);
  /// One line on what the commands of a family have in common.
  void family(std::string_view name, std::string_view summary);

  std::deque<Command>& commands() { return commands_; }
  const std::deque<Command>& commands() const { return commands_; }
  Command* find(std::string_view name);
  /// The commands "NAME …"; empty where there is no such family.
  std::vector<const Command*> members(std::string_view family) const;
  std::string family_summary(std::string_view name) const;

 private:
  struct Family {
    std::string name;
    std::string summary;
  };
  std::string group_;
  std::deque<Command> commands_;
  std::vector<Family> families_;
};

}  // namespace tranche::cli
