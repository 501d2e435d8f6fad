#include "tranche/diagnose.hpp"

#include "sql/connection.hpp"
#include "sql/migrate.hpp"
#include "sql/queries.hpp"

#include "tranche/error.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <sys/vfs.h>
#include <unistd.h>

namespace tranche {

namespace sql {
extern const std::string_view doctor_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view doctor_postgres;
#endif
}  // namespace sql

namespace {

using State = Finding::State;
using Findings = std::vector<Finding>;

// Of /usr/include/linux/magic.h and the file systems' own documentation; POSIX locks on these
// cannot be relied on.
constexpr std::array<std::pair<unsigned long, const char*>, 9> kNetworkFileSystems{
    {{0x6969, "NFS"},
     {0xFF534D42, "CIFS"},
     {0xFE534D42, "SMB2"},
     {0x517B, "SMB"},
     {0x01021997, "9p"},
     {0x00C36400, "Ceph"},
     {0x0BD00BD0, "Lustre"},
     {0x5346414F, "AFS"},
     {0x65735546, "FUSE"}}};

// Leases are judged by the database alone; a person who compares times of two machines wants to
// know.
constexpr std::int64_t kClockDifferenceMs = 2000;
constexpr std::int64_t kOldestPostgres = 120'000;

std::int64_t host_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Finding check_schema(int version) {
  const int newest = sql::newest_schema_version();
  const std::string shown = "version " + std::to_string(version);
  if (version == 0) {
    return {State::ok, "schema", "none yet; 'tranche job create' or 'tranche db migrate' makes it"};
  }
  if (version > newest) {
    return {State::broken,
            "schema",
            shown + " is newer than this program's " + std::to_string(newest) +
                "; install a newer tranche"};
  }
  if (version < newest) {
    return {State::broken,
            "schema",
            shown + " is older than this program's " + std::to_string(newest) +
                "; run 'tranche db migrate'"};
  }
  return {State::ok, "schema", shown + ", current"};
}

Finding check_file_system(const std::string& path) {
  struct statfs found {};
  if (statfs(path.c_str(), &found) != 0) {
    return {State::warning, "file system", "could not be found out for " + path};
  }
  for (const auto& [magic, name] : kNetworkFileSystems) {
    if (static_cast<unsigned long>(found.f_type) == magic) {
      return {State::warning,
              "file system",
              std::string(name) +
                  " cannot be relied on for SQLite's locks; use a local disk, or PostgreSQL"};
    }
  }
  return {State::ok, "file system", "local"};
}

Finding check_writable(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  for (const std::string& place : {path, folder}) {
    if (access(place.c_str(), W_OK) != 0) {
      return {State::broken, "permissions", place + " may not be written"};
    }
  }
  return {State::ok, "permissions", "file and folder can be written"};
}

void look_at_sqlite(sql::Connection& connection, const DatabaseUrl& where, Findings& findings) {
  const sql::Queries queries(sql::doctor_sqlite, {});
  const auto rows = connection.query(queries["settings"]);
  rows->next();
  const std::string journal = rows->text(1);
  findings.push_back({State::ok, "SQLite", rows->text(0)});
  // `synchronous` is a connection's own, and ours are FULL.
  findings.push_back(journal == "wal"
                         ? Finding{State::ok, "journal", "write-ahead log, synchronous = FULL"}
                         : Finding{State::warning,
                                   "journal",
                                   "mode " + journal +
                                       ": readers and writers wait for each other; 'tranche db "
                                       "migrate' sets it to WAL"});
  findings.push_back(check_file_system(where.path()));
  findings.push_back(check_writable(where.path()));
}

#ifdef TRANCHE_POSTGRES
Finding check_setting(const std::string& name,
                      const std::string& value,
                      bool good,
                      const std::string& loss) {
  return {good ? State::ok : State::warning, name, good ? value : value + ": " + loss};
}

Finding check_standbys(std::int64_t standbys, const std::string& names) {
  if (standbys == 0) {
    return {State::ok, "standbys", "none"};
  }
  const std::string shown = std::to_string(standbys) + " connected";
  if (!names.empty()) {
    return {State::ok, "standbys", shown + ", synchronous: " + names};
  }
  return {State::warning,
          "standbys",
          shown +
              ", all asynchronous: after a fail-over ranges may be handed out again; set "
              "synchronous_standby_names"};
}

Finding check_clock(std::int64_t before, std::int64_t theirs, std::int64_t after) {
  const std::int64_t away = theirs < before ? before - theirs : theirs > after ? theirs - after : 0;
  if (away <= kClockDifferenceMs) {
    return {State::ok, "clock", "this host's and the server's agree"};
  }
  return {State::warning,
          "clock",
          "the server's is " + format_duration(Duration(away)) +
              (theirs < before ? " behind" : " ahead of") +
              " this host's; times shown are the server's"};
}

void look_at_postgres(sql::Connection& connection, Findings& findings) {
  const sql::Queries queries(sql::doctor_postgres, {});
  const std::int64_t before = host_clock_ms();
  const auto rows = connection.query(queries["settings"]);
  const std::int64_t after = host_clock_ms();
  rows->next();
  findings.push_back(rows->integer(1) >= kOldestPostgres
                         ? Finding{State::ok, "PostgreSQL", rows->text(0)}
                         : Finding{State::broken,
                                   "PostgreSQL",
                                   rows->text(0) + " is too old; 12 or newer is needed"});
  if (connection.pooled()) {
    findings.push_back({State::ok,
                        "pooler",
                        "one such as pgbouncer stands between; transaction mode will do, with two "
                        "server connections for each worker"});
  }
  const std::string crash = "after a crash ranges may be handed out again";
  findings.push_back(check_setting("fsync",
                                   rows->text(2),
                                   rows->text(2) == "on",
                                   "a crash of the server can damage the inventory"));
  findings.push_back(check_setting("full_page_writes",
                                   rows->text(3),
                                   rows->text(3) == "on",
                                   "a crash can damage the inventory"));
  findings.push_back(
      check_setting("synchronous_commit", rows->text(4), rows->text(4) != "off", crash));
  findings.push_back(
      rows->integer(5) == 0
          ? Finding{State::ok, "role", "primary"}
          : Finding{State::broken, "role", "a standby takes no writes; connect to the primary"});
  findings.push_back(check_standbys(rows->integer(6), rows->text(7)));
  findings.push_back(check_clock(before, rows->integer(8), after));
}
#endif

void look(const DatabaseUrl& where, const std::string& schema, Findings& findings) {
  sql::check_schema_name(schema);
  std::error_code ignored;
  if (where.kind() == DatabaseUrl::Kind::sqlite &&
      !std::filesystem::exists(where.path(), ignored)) {
    findings.push_back({State::ok,
                        "inventory",
                        where.redacted() + " does not exist yet; 'tranche job create' makes it"});
    return;
  }
  const auto connection = sql::connect(where, "inventory", false);
  const int version = sql::schema_version(*connection, schema);
  findings.push_back({State::ok, "inventory", where.redacted()});
  findings.push_back(check_schema(version));
  if (connection->dialect() == sql::Dialect::sqlite) {
    look_at_sqlite(*connection, where, findings);
  }
#ifdef TRANCHE_POSTGRES
  if (connection->dialect() == sql::Dialect::postgres) {
    look_at_postgres(*connection, findings);
  }
#endif
}

}  // namespace

std::string_view to_string(Finding::State state) {
  return state == State::ok ? "ok" : state == State::warning ? "warning" : "broken";
}

std::vector<Finding> diagnose(const DatabaseUrl& where, const std::string& schema) {
  Findings findings;
  try {
    look(where, schema, findings);
  } catch (const Error& error) {
    findings.push_back({State::broken, "inventory", error.what()});
  }
  return findings;
}

}  // namespace tranche
