#include "cli/open.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
Inventory make_inventory(const Context& context) {
  return Inventory::open(context.inventory(), {context.schema, true});
}

std::optional<Inventory> find_inventory(const Context& context) {
  const DatabaseUrl url = context.inventory();
  try {
    return Inventory::open(url, {context.schema, false});
  } catch (const Error& error) {
    const bool perhaps_none =
        error.code() == ErrorCode::schema || url.kind() == DatabaseUrl::Kind::sqlite;
    if (perhaps_none && schema_status(url, context.schema).version == 0) {
      return std::nullopt;
    }
    throw;
  }
}

Inventory need_inventory(const Context& context, const std::string& what) {
  std::optional<Inventory> found = find_inventory(context);
  if (!found) {
    throw Error(ErrorCode::not_found,
                what + " not found: " + context.inventory().redacted() +
                    " holds no inventory yet; 'tranche job create' makes one");
  }
  return std::move(*found);
}

DatabaseUrl source_of(const Context& context, const JobDefinition& definition) {
  return definition.source.empty() ? context.inventory() : DatabaseUrl::parse(definition.source);
}

}  // namespace tranche::cli
