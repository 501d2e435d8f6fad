#include "store/register_fixture.hpp"

#include "support/skip.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace tranche::test {

namespace {

std::string make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "tranche-register-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("no temporary folder");
  }
  return name;
}

std::string unique_schema() {
  static int number = 0;
  return "register_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
}

}  // namespace

std::vector<std::string> store_kinds() {
  std::vector<std::string> kinds{"sqlite"};
  if (std::getenv("TRANCHE_TEST_POSTGRES") != nullptr) {
    kinds.emplace_back("postgres");
  } else {
    record_skip(__FILE__, __LINE__, "TRANCHE_TEST_POSTGRES is not set");
  }
  return kinds;
}

ScratchTable::ScratchTable(const std::string& kind)
    : folder_(make_folder()),
      schema_(kind == "postgres" ? unique_schema() : ""),
      url_(DatabaseUrl::parse(kind == "postgres" ? std::getenv("TRANCHE_TEST_POSTGRES")
                                                 : "sqlite:" + folder_ + "/scratch.db")) {
  if (postgres()) {
    run("CREATE SCHEMA " + schema_);
  }
}

ScratchTable::~ScratchTable() {
  try {
    if (postgres()) {
      run("DROP SCHEMA " + schema_ + " CASCADE");
    }
  } catch (const std::exception&) {
    // The test's own failure is what matters.
  }
  std::error_code failed;
  std::filesystem::remove_all(folder_, failed);
}

std::string ScratchTable::filled(std::string text) const {
  const std::string mark = "{table}";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
    text.replace(at, mark.size(), table());
  }
  return text;
}

void ScratchTable::run(std::string text) const {
  sql::connect(url_, "scratch database", true)->script({"test", filled(std::move(text))});
}

std::vector<std::string> ScratchTable::column(std::string text) const {
  const auto connection = sql::connect(url_, "scratch database", false);
  std::vector<std::string> values;
  const auto rows = connection->query({"test", filled(std::move(text))});
  while (rows->next()) {
    values.push_back(rows->is_null(0) ? "NULL" : rows->text(0));
  }
  return values;
}

}  // namespace tranche::test
