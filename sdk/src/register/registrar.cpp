#include "tranche/registrar.hpp"

#include "register/staging.hpp"
#include "register/target_table.hpp"
#include "register/utf8.hpp"

#include "tranche/error.hpp"
#include "tranche/units.hpp"

#include <cmath>

namespace tranche {

namespace {

// An entry of a PostgreSQL index must fit a third of a page: 2704 bytes with its header.
constexpr std::size_t kMaxPostgresItemBytes = 2'600;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::refused, why);
}

void check_item(sql::Dialect dialect, std::string_view item) {
  if (item.empty()) {
    refuse("an item is empty; accepted is any other text");
  }
  if (item.find('\0') != std::string_view::npos || !is_utf8(item)) {
    refuse("'" + printable(item) + "' is not UTF-8 text, which tables of assets hold; rename it");
  }
  if (dialect == sql::Dialect::postgres && item.size() > kMaxPostgresItemBytes) {
    refuse("'" + printable(item.substr(0, 60)) + "...' is " + std::to_string(item.size()) +
           " bytes long; a unique index of PostgreSQL holds items of up to " +
           std::to_string(kMaxPostgresItemBytes));
  }
}

void check_weight(const TargetLayout& layout, std::string_view item, double weight) {
  const std::string what = "the weight of '" + printable(item) + "' is " + format_weight(weight);
  if (!std::isfinite(weight) || weight < 0) {
    refuse(what + "; accepted are numbers from 0");
  }
  if (!layout.whole_weight_max) {
    return;
  }
  if (std::floor(weight) != weight || weight > *layout.whole_weight_max) {
    refuse(what + "; column " + layout.weight->name + " takes whole numbers up to " +
           format_weight(*layout.whole_weight_max));
  }
}

}  // namespace

struct Registrar::State {
  State(const DatabaseUrl& where, std::string name, RegisterColumns columns)
      : table(where, std::move(name), std::move(columns)) {}

  RegisterResult result() const {
    RegisterResult made;
    made.key_column = table.layout().key;
    made.integer_key = table.layout().integer_key;
    return made;
  }

  TargetTable table;
  Staging staging;
};

Registrar::Registrar(const DatabaseUrl& where, std::string table, RegisterColumns columns)
    : state_(std::make_unique<State>(where, std::move(table), std::move(columns))) {}
Registrar::~Registrar() = default;
Registrar::Registrar(Registrar&&) noexcept = default;
Registrar& Registrar::operator=(Registrar&&) noexcept = default;

void Registrar::add(std::string_view item,
                    std::optional<double> weight,
                    std::optional<AssetTime> time) {
  const TargetLayout& layout = state_->table.layout();
  check_item(state_->table.dialect(), item);
  if (weight && layout.weight) {
    check_weight(layout, item, *weight);
  }
  if (!time && layout.time && layout.time->not_null) {
    refuse("'" + printable(item) + "' has no time, and column " + layout.time->name +
           " takes no NULL");
  }
  state_->staging.add(item, weight, time);
}

RegisterResult Registrar::preview(const std::function<void(const RegisterItem&)>& each) {
  RegisterResult result = state_->result();
  state_->staging.for_each_chunk([&](const Staging::Chunk& chunk) {
    result.seen += chunk.size();
    for (const std::size_t place : state_->table.missing(chunk)) {
      ++result.registered;
      each(chunk[place]);
    }
  });
  result.already_registered = result.seen - result.registered;
  return result;
}

RegisterResult Registrar::finish(
    const std::function<void(std::uint64_t done, std::uint64_t added)>& progress) {
  const bool created = state_->table.create_if_missing();
  RegisterResult result = state_->result();
  result.created = created;
  state_->staging.for_each_chunk([&](const Staging::Chunk& chunk) {
    const TargetTable::Inserted inserted = state_->table.insert(chunk);
    result.seen += chunk.size();
    result.registered += inserted.count;
    if (!result.first_key) {
      result.first_key = inserted.first_key;
    }
    if (inserted.last_key) {
      result.last_key = inserted.last_key;
    }
    if (progress) {
      progress(result.seen, state_->staging.added());
    }
  });
  result.already_registered = result.seen - result.registered;
  return result;
}

}  // namespace tranche
