#include "cli/open.hpp"

#include "tranche/error.hpp"

#include <filesystem>

namespace tranche::cli {
namespace {

bool file_is_missing(const DatabaseUrl& url) {
  std::error_code ignored;
  return url.kind() == DatabaseUrl::Kind::sqlite && !std::filesystem::exists(url.path(), ignored);
}

bool is_missing(const DatabaseUrl& url, const std::string& schema) {
  return file_is_missing(url) || schema_status(url, schema).version == 0;
}

}  // namespace

Inventory make_inventory(const Context& context) {
  return Inventory::open(context.inventory(), {context.schema, true});
}

std::optional<Inventory> find_inventory(const Context& context) {
  const DatabaseUrl url = context.inventory();
  if (file_is_missing(url)) {
    return std::nullopt;
  }
  try {
    return Inventory::open(url, {context.schema, false});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::schema && is_missing(url, context.schema)) {
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

}  // namespace tranche::cli
