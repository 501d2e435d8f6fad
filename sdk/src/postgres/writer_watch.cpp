#include "postgres/writer_watch.hpp"

#include "sql/queries.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace tranche::sql {

extern const std::string_view writers_postgres;

namespace postgres {

namespace {

const Queries& queries() {
  static const Queries named(writers_postgres, {});
  return named;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

}  // namespace

WriterWatch::WriterWatch(Connection& connection, const QualifiedName& table)
    : connection_(connection),
      schema_(table.schema.empty() ? Param() : Param(table.schema)),
      name_(table.name) {
  find_relations();
}

void WriterWatch::find_relations() {
  const auto rows = connection_.query(queries()["watched"], {schema_, name_});
  rows->next();
  relations_ = rows->maybe_text(0).value_or("{}");
  table_ = rows->maybe_text(1);
}

std::vector<std::string> WriterWatch::relations() const {
  std::string list = relations_;
  std::replace_if(
      list.begin(), list.end(), [](char c) { return c == '{' || c == ',' || c == '}'; }, ' ');
  return words(list);
}

WriterWatch::Seen WriterWatch::look() {
  while (true) {
    const auto rows = connection_.query(queries()["writers"], {relations_, schema_, name_});
    rows->next();
    if (rows->maybe_text(3) == table_) {
      return {{words(rows->text(0)), rows->text(1)}, rows->integer(2) != 0};
    }
    find_relations();
  }
}

std::vector<Writer> WriterWatch::describe() {
  std::vector<Writer> writers;
  const auto rows = connection_.query(queries()["describe_writers"], {relations_});
  while (rows->next()) {
    writers.push_back({rows->maybe_integer(0), rows->text(1), rows->maybe_real(2)});
  }
  return writers;
}

}  // namespace postgres

}  // namespace tranche::sql
