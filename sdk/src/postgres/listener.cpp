#include "postgres/listener.hpp"

#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_error.hpp"
#include "postgres/writer_watch.hpp"

#include "tranche/error.hpp"

#include <pqxx/pqxx>

namespace tranche::sql::postgres {

namespace {

constexpr const char* kOfAssets = "tranche_assets_";

// libpqxx hands out notifications only while no transaction object lives, so this is a connection
// of its own kind.
class Listener final : public News {
 public:
  explicit Listener(const DatabaseUrl& where)
      : where_(where.redacted()),
        connection_(with_defaults(where.conninfo())),
        quiet_(connection_) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }

  void listen(const std::vector<std::string>& channels) {
    pqxx::nontransaction work(connection_);
    for (const std::string& channel : channels) {
      work.exec("LISTEN " + quote_identifier(channel));
    }
  }

  std::vector<int> fds() const override { return {connection_.sock()}; }
  bool take() override {
    try {
      const bool told = connection_.get_notifs() > 0;
      if (!connection_.is_open()) {
        throw pqxx::broken_connection();
      }
      return told;
    } catch (const std::exception& error) {
      throw translate(error, where_, "listen");
    }
  }

 private:
  std::string where_;
  pqxx::connection connection_;
  pqxx::quiet_errorhandler quiet_;
};

/// The channels of all that a source's assets come from.
void add_channels_of(Connection& connection,
                     const std::string& table,
                     std::vector<std::string>& names) {
  const WriterWatch watch(connection, parse_qualified(table));
  for (const std::string& relation : watch.relations()) {
    names.push_back(kOfAssets + relation);
  }
}

}  // namespace

std::unique_ptr<News> listen(const DatabaseUrl& where, const Channels& channels) {
  try {
    std::vector<std::string> names = channels.names;
    {
      const auto connection = connect(where, "database");
      if (connection->pooled()) {
        return nullptr;
      }
      if (!channels.table.empty()) {
        add_channels_of(*connection, channels.table, names);
      }
    }
    auto listener = std::make_unique<Listener>(where);
    listener->listen(names);
    return listener;
  } catch (const std::exception& error) {
    const Error known = translate(error, where.redacted(), "listen");
    if (known.code() == ErrorCode::refused) {
      return nullptr;
    }
    throw known;
  }
}

}  // namespace tranche::sql::postgres
