#include "tranche/inventory.hpp"

#include "inventory/impl.hpp"
#include "source/filter_text.hpp"
#include "sql/migrate.hpp"
#include "sql/sql_store.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace tranche {

namespace {

constexpr int kMostOpens = 5;

/// An inventory's connection, which has answered once.
struct Opened {
  std::unique_ptr<sql::Connection> connection;
  int version;  ///< of the schema
};

/// A server that lets somebody in and breaks off before the first answer was just going: it is
/// asked again.
Opened open_connection(const DatabaseUrl& where, const std::string& schema, bool create) {
  for (int opens = 1;; ++opens) {
    try {
      auto connection = sql::connect(where, "inventory", create);
      const int version = sql::schema_version(*connection, schema);
      return {std::move(connection), version};
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unreachable || error.query() == "connect" ||
          opens == kMostOpens) {
        throw;
      }
    }
  }
}

}  // namespace

Inventory::Inventory(std::unique_ptr<Store> store, SourceOpener open_source)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(open_source))) {}
Inventory::Inventory(Inventory&&) noexcept = default;
Inventory& Inventory::operator=(Inventory&&) noexcept = default;
Inventory::~Inventory() = default;

Inventory Inventory::open(const DatabaseUrl& where, const OpenOptions& options) {
  sql::check_schema_name(options.schema);
  auto [connection, version] = open_connection(where, options.schema, options.create);
  if (version == 0) {
    if (!options.create) {
      throw Error(
          ErrorCode::schema,
          where.redacted() + " holds no tranche inventory; run 'tranche db migrate' to make one");
    }
    sql::migrate(*connection, options.schema);
  } else {
    sql::check_schema_version(version, "the inventory " + where.redacted());
  }
  const auto source_url = [where](const JobDefinition& definition) {
    return definition.source.empty() ? where : DatabaseUrl::parse(definition.source);
  };
  Inventory inventory(std::make_unique<sql::SqlStore>(std::move(connection), options.schema),
                      [=](const JobDefinition& definition) {
                        return tranche::open_source(source_url(definition), definition);
                      });
  inventory.impl_->listen = [=](const Job& job) {
    return listen_for(where, source_url(job.definition), job);
  };
  inventory.impl_->inspect = [=](JobDefinition& definition) {
    return inspect_source(source_url(definition), definition);
  };
  inventory.impl_->inspect_filter = [=](const JobDefinition& definition) {
    inspect_filter(source_url(definition), definition);
  };
  return inventory;
}

SchemaStatus schema_status(const DatabaseUrl& where, const std::string& schema) {
  sql::check_schema_name(schema);
  std::error_code ignored;
  if (where.kind() == DatabaseUrl::Kind::sqlite &&
      !std::filesystem::exists(where.path(), ignored)) {
    return {0, sql::newest_schema_version()};
  }
  return {open_connection(where, schema, false).version, sql::newest_schema_version()};
}

std::vector<int> migrate_schema(const DatabaseUrl& where, const std::string& schema) {
  sql::check_schema_name(schema);
  const auto connection = sql::connect(where, "inventory", true);
  return sql::migrate(*connection, schema);
}

void Inventory::set_patience(Duration patience) {
  impl_->store->set_patience(patience);
}

void Inventory::hurry(Duration patience) {
  sql::hurry(patience);
}

TimePoint Inventory::now() {
  return impl_->reading([](StoreTransaction& transaction) { return transaction.now(); });
}

Job Inventory::Impl::need_job(StoreTransaction& transaction, const std::string& name) const {
  auto job = transaction.find_job(name);
  if (!job) {
    std::string names;
    for (const Job& other : transaction.list_jobs()) {
      names += (names.empty() ? "" : ", ") + other.name;
    }
    throw Error(ErrorCode::not_found,
                "job '" + name + "' not found; jobs here: " + (names.empty() ? "none" : names));
  }
  return std::move(*job);
}

Window Inventory::Impl::need_window(StoreTransaction& transaction,
                                    const Job& job,
                                    const std::string& name) const {
  auto window = transaction.find_window(job.id, name, job.definition.key_type);
  if (!window) {
    std::string names;
    for (const Window& other : transaction.list_windows(job.id, job.definition.key_type)) {
      if (other.kind == WindowKind::campaign) {
        names += (names.empty() ? "" : ", ") + other.name;
      }
    }
    throw Error(ErrorCode::not_found,
                "campaign '" + name + "' not found in job '" + job.name +
                    "'; campaigns there: " + (names.empty() ? "none" : names));
  }
  return std::move(*window);
}

StoredBatch Inventory::Impl::need_batch(std::optional<StoredBatch> found, std::int64_t id) const {
  if (!found) {
    throw Error(
        ErrorCode::not_found,
        "batch " + std::to_string(id) + " not found; 'tranche batches --job NAME' lists them");
  }
  return std::move(*found);
}

Job Inventory::Impl::job_of_version(StoreTransaction& transaction, std::int64_t version_id) const {
  auto job = transaction.find_job_version(version_id);
  if (!job) {
    throw Error(ErrorCode::internal,
                "job version " + std::to_string(version_id) + " is missing from the inventory");
  }
  return std::move(*job);
}

void name_origin(Batch& batch, const Job& job, std::int64_t window_id, const std::string& window) {
  batch.job_id = job.id;
  batch.window_id = window_id;
  batch.version_id = job.version_id;
  batch.job = job.name;
  batch.window = window;
  batch.max_attempts = job.definition.max_attempts;
  batch.table = job.definition.table;
  batch.key_column = job.definition.key_column;
  batch.filter = job.definition.filter;
}

Job Inventory::Impl::job_of(StoreTransaction& transaction, const Batch& batch) const {
  Job job = job_of_version(transaction, batch.version_id);
  job.definition.filter = batch.filter;
  return job;
}

Job narrowed(Job job, const Window& window) {
  job.definition.filter = source::conjunction({job.definition.filter, window.filter});
  return job;
}

Inventory::Impl::OpenSource* Inventory::Impl::known_source(std::int64_t version_id,
                                                           const std::string& filter) {
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const OpenSource& known) {
    return known.version_id == version_id && known.filter == filter;
  });
  if (found == sources.end()) {
    return nullptr;
  }
  std::rotate(sources.begin(), found, found + 1);
  return &sources.front();
}

Inventory::Impl::OpenSource& Inventory::Impl::open_of(const Job& job) {
  if (OpenSource* known = known_source(job.version_id, job.definition.filter)) {
    return *known;
  }
  auto opened = open_source(job.definition);
  if (sources.size() == kMostSources) {
    sources.pop_back();
  }
  sources.insert(sources.begin(),
                 {job.version_id, job.definition.filter, std::move(opened), {}, {}});
  return sources.front();
}

Source& Inventory::Impl::source_of(const Batch& batch) {
  if (const OpenSource* known = known_source(batch.version_id, batch.filter)) {
    return *known->source;
  }
  return source_of(
      reading([&](StoreTransaction& transaction) { return job_of(transaction, batch); }));
}

std::optional<Key> first_key_of(const Job& job, const Window& window) {
  if (window.kind == WindowKind::campaign || window.generation == 0) {
    return window.lower;
  }
  const auto& wanted = job.definition.start_key;
  const auto first =
      wanted ? std::optional(Key::parse(job.definition.key_type, *wanted)) : std::nullopt;
  return first ? std::min(first, window.lower) : std::nullopt;
}

void check_limits(const Limits& limits) {
  if (limits.max_count && *limits.max_count < 1) {
    throw Error(ErrorCode::usage,
                "a limit of " + std::to_string(*limits.max_count) +
                    " assets is no limit; accepted is a whole number of at least 1");
  }
  if (limits.max_weight && !(*limits.max_weight > 0 && std::isfinite(*limits.max_weight))) {
    throw Error(ErrorCode::usage,
                "a weight limit of " + format_weight(*limits.max_weight) +
                    " is no limit; accepted is a number above 0, such as 10GiB");
  }
  if (limits.min_count && *limits.min_count < 1) {
    throw Error(ErrorCode::usage,
                "to wait for " + std::to_string(*limits.min_count) +
                    " assets is not to wait; accepted is a whole number of at least 1");
  }
}

Limits Inventory::Impl::limits_for(const AcquireOptions& options,
                                   const Window& window,
                                   const Job& job) {
  check_limits(options.limits);
  Limits limits = options.limits;
  for (const Limits* next : {&window.limits, &job.definition.limits}) {
    limits.max_count = limits.max_count ? limits.max_count : next->max_count;
    limits.max_weight = limits.max_weight ? limits.max_weight : next->max_weight;
    limits.min_count = limits.min_count ? limits.min_count : next->min_count;
    limits.max_wait = limits.max_wait ? limits.max_wait : next->max_wait;
    limits.target_duration =
        limits.target_duration ? limits.target_duration : next->target_duration;
  }
  if (limits.max_weight && !job.definition.weight_column) {
    throw Error(ErrorCode::refused,
                "a weight limit needs a weight column, and job '" + job.name +
                    "' names none; set it with 'tranche job update " + job.name +
                    " --weight COLUMN'");
  }
  return limits;
}

}  // namespace tranche
