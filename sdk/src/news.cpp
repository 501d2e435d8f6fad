#include "tranche/news.hpp"

#include "inventory/impl.hpp"
#include "sql/connection.hpp"
#include "sql/queries.hpp"
#ifdef TRANCHE_POSTGRES
#include "postgres/listener.hpp"
#endif

namespace tranche {

#ifdef TRANCHE_POSTGRES
namespace sql {
extern const std::string_view notify_postgres;
}
#endif

namespace {

/// What the databases of an inventory and a source tell together.
class AllNews final : public News {
 public:
  explicit AllNews(std::vector<std::unique_ptr<News>> parts) : parts_(std::move(parts)) {}

  std::vector<int> fds() const override {
    std::vector<int> all;
    for (const auto& part : parts_) {
      const auto fds = part->fds();
      all.insert(all.end(), fds.begin(), fds.end());
    }
    return all;
  }
  bool take() override {
    bool told = false;
    for (const auto& part : parts_) {
      told = part->take() || told;
    }
    return told;
  }

 private:
  std::vector<std::unique_ptr<News>> parts_;
};

}  // namespace

#ifdef TRANCHE_POSTGRES
std::string notify_trigger(const std::string& table) {
  const std::string schema = sql::parse_qualified(table).schema;
  std::map<std::string, std::string> values{
      {"table", sql::quote_qualified(table)},
      {"function", (schema.empty() ? "" : sql::quote_identifier(schema) + ".") + "tranche_notify"},
      {"told", ""}};
  values["told"] = sql::quote_literal(sql::Queries(sql::notify_postgres, values)["body"].text);
  return sql::Queries(sql::notify_postgres, values)["trigger"].text + ";\n";
}

std::unique_ptr<News> listen_for(const DatabaseUrl& inventory,
                                 const DatabaseUrl& source,
                                 const Job& job) {
  const auto in_postgres = [](const DatabaseUrl& where) {
    return where.kind() == DatabaseUrl::Kind::postgres;
  };
  std::vector<std::unique_ptr<News>> parts;
  const auto listen = [&](const DatabaseUrl& where, const sql::postgres::Channels& channels) {
    if (auto part = in_postgres(where) ? sql::postgres::listen(where, channels) : nullptr) {
      parts.push_back(std::move(part));
    }
  };
  const bool together = inventory == source;
  listen(inventory,
         {{"tranche_job_" + std::to_string(job.id)}, together ? job.definition.table : ""});
  if (!together) {
    listen(source, {{}, job.definition.table});
  }
  return parts.empty() ? nullptr : std::make_unique<AllNews>(std::move(parts));
}
#else
std::string notify_trigger(const std::string&) {
  throw Error(ErrorCode::refused, "this build of tranche has no PostgreSQL support");
}

std::unique_ptr<News> listen_for(const DatabaseUrl&, const DatabaseUrl&, const Job&) {
  return nullptr;
}
#endif

std::unique_ptr<News> Inventory::listen(const std::string& job) {
  return impl_->listen(find_job(job));
}

}  // namespace tranche
