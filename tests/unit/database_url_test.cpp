#include "tranche/database_url.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>

using namespace tranche;

namespace {

std::string path_of(std::string_view text) {
  const auto url = DatabaseUrl::parse(text);
  CHECK(url.kind() == DatabaseUrl::Kind::sqlite);
  return url.path();
}

std::string redacted(std::string_view text) {
  const auto url = DatabaseUrl::parse(text);
  CHECK(url.kind() == DatabaseUrl::Kind::postgres);
  CHECK(url.conninfo() == text);
  CHECK(url.full() == text);
  return url.redacted();
}

std::string refusal(std::string_view text) {
  try {
    DatabaseUrl::parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

/// Sets a variable, or unsets it, until the end of the scope.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) {
      before_ = before;
    }
    set(value);
  }
  ~Environment() { set(before_ ? before_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) { value ? setenv(name_, value, 1) : unsetenv(name_); }
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("an SQLite URL holds an absolute path", "[unit]") {
  const std::string here = std::filesystem::current_path().string();
  CHECK(path_of("sqlite:/data/x.db") == "/data/x.db");
  CHECK(path_of("sqlite:///data/x.db") == "/data/x.db");
  CHECK(path_of("sqlite:////data/x.db") == "/data/x.db");
  CHECK(path_of("sqlite:x.db") == here + "/x.db");
  CHECK(path_of("sqlite:./x.db") == here + "/x.db");
  CHECK(path_of("sqlite:../x.db") == here + "/../x.db");
  CHECK(path_of("sqlite:/data/my file?=1&a.db") == "/data/my file?=1&a.db");
  CHECK(DatabaseUrl::parse("sqlite:x.db") == DatabaseUrl::parse("sqlite:" + here + "/./x.db"));
  CHECK(DatabaseUrl::parse("sqlite:/data/x.db").full() == "sqlite:/data/x.db");
  CHECK(DatabaseUrl::parse("sqlite:/data/x.db").redacted() == "sqlite:/data/x.db");
}

TEST_CASE("an SQLite URL without a file of its own is refused", "[unit]") {
  CHECK(refusal("sqlite:") == "sqlite: lacks its file; use sqlite:PATH");
  CHECK_THAT(refusal("sqlite://host/x.db"), Catch::Contains("names a host; use sqlite:PATH"));
  CHECK_THAT(refusal("sqlite://"), Catch::Contains("use sqlite:PATH"));
  CHECK_THAT(refusal("sqlite::memory:"), Catch::Contains("would be gone"));
  CHECK_THAT(refusal(std::string_view("sqlite:a\0b", 10)), Catch::Contains("NUL"));
}

TEST_CASE("a bare path is refused with the form that was probably meant", "[unit]") {
  CHECK(refusal("inventory.db") ==
        "'inventory.db' is not a database URL; for a file use sqlite:inventory.db, for a server "
        "postgresql://[USER@]HOST/DATABASE");
  CHECK_THAT(refusal("/data/dt=2024/x.db"), Catch::Contains("use sqlite:/data/dt=2024/x.db"));
  CHECK_THAT(refusal(""), Catch::Contains("empty"));
  CHECK_THAT(refusal("mysql://u:secret@h/db"), Catch::StartsWith("mysql:// is not a database"));
  CHECK_THAT(refusal("Postgresql://u:secret@h/db"), Catch::StartsWith("Postgresql:// is not"));
}

TEST_CASE("a PostgreSQL URI is taken as it is and redacted", "[unit]") {
  CHECK(redacted("postgresql://") == "postgresql://");
  CHECK(redacted("postgresql://h/db") == "postgresql://h/db");
  CHECK(redacted("postgres://u@h:5432/db") == "postgres://u@h:5432/db");
  CHECK(redacted("postgresql://u:pw@h/db") == "postgresql://u:***@h/db");
  CHECK(redacted("postgresql://u:p%40:w@h/db") == "postgresql://u:***@h/db");
  CHECK(redacted("postgresql://u:@h/db") == "postgresql://u:@h/db");
  CHECK(redacted("postgresql://:pw@h/db") == "postgresql://:***@h/db");
  CHECK(redacted("postgresql:///db?host=/tmp&user=u") == "postgresql:///db?host=/tmp&user=u");
  CHECK(redacted("postgresql://h/db?password=pw") == "postgresql://h/db?password=***");
  CHECK(redacted("postgresql://h/db?user=u&password=pw&sslmode=require") ==
        "postgresql://h/db?user=u&password=***&sslmode=require");
  CHECK(redacted("postgresql://h/db?sslpassword=pw&user=u") ==
        "postgresql://h/db?sslpassword=***&user=u");
  CHECK(redacted("postgresql://u:a@h/db?password=b") == "postgresql://u:***@h/db?password=***");
  CHECK(redacted("postgresql://h:5432/db?user=me@server") ==
        "postgresql://h:5432/db?user=me@server");
  CHECK(redacted("postgresql://u:pw@a:1,b:2,[::1]:3/db") ==
        "postgresql://u:***@a:1,b:2,[::1]:3/db");
  CHECK(redacted("postgresql://[2001:db8::1]:5432/db") == "postgresql://[2001:db8::1]:5432/db");
}

TEST_CASE("a URI that cannot be read is refused without a trace of its password", "[unit]") {
  for (const char* text : {"postgresql://u:SEC@RET@host/db",
                           "postgresql://u:SEC/RET@host/db",
                           "postgresql://u:SEC@RET/x@host",
                           "postgresql://u:SEC?RET@host/db",
                           "postgresql://u:SEC%RET@host/db",
                           "postgresql://u:SEC%zz@RET/db",
                           "postgresql://u:SEC RET@host/db",
                           "postgresql://u:SECRET@h:port/db",
                           "postgresql://u:SECRET@[::1/db",
                           "postgresql://u:SECRET@[::1]x/db",
                           "postgresql://h/db?SECRET",
                           "postgresql://h/db?pass=SEC=RET",
                           "postgresql://h/db?Password=SECRET",
                           "postgresql://h/db?p%61ssword=SECRET",
                           "postgresql://u:SEC%00RET@h/db",
                           "u:SEC@RET@host",
                           "u:SECRET@host/db"}) {
    INFO(text);
    const std::string message = refusal(text);
    CHECK_THAT(message, Catch::Contains("may hold a password"));
    CHECK_THAT(message, !Catch::Contains("SEC") && !Catch::Contains("RET"));
  }
  CHECK_THAT(refusal("postgresql://u:p@ss@host"), Catch::Contains("write %40 for '@'"));
}

TEST_CASE("a keyword string is recognised by its keyword and redacted", "[unit]") {
  CHECK(redacted("host=/tmp dbname=db") == "host=/tmp dbname=db");
  CHECK(redacted("dbname=db") == "dbname=db");
  CHECK(redacted("service=etl") == "service=etl");
  CHECK(redacted(" host = h password = pw user=u") == " host = h password = *** user=u");
  CHECK(redacted("password=pw") == "password=***");
  CHECK(redacted("password='p w' user=u") == "password=*** user=u");
  CHECK(redacted(R"(password='p\' w' user=u)") == "password=*** user=u");
  CHECK(redacted(R"(password=p\ w user=u)") == "password=*** user=u");
  CHECK(redacted("password=a&b=c user=u") == "password=*** user=u");
  CHECK(redacted("sslpassword=pw sslmode=verify-full") == "sslpassword=*** sslmode=verify-full");
  CHECK(redacted("host=h password=") == "host=h password=");
  CHECK(redacted("host='' user=u") == "host='' user=u");
}

TEST_CASE("a keyword string that cannot be read is refused without its words", "[unit]") {
  for (const char* text : {"host=h password=SEC RET",
                           "host=h password='SECRET",
                           "password=SEC RET=",
                           "host=h SECRET",
                           "user=u =SECRET",
                           R"(password='SECRET\')"}) {
    INFO(text);
    const std::string message = refusal(text);
    CHECK_THAT(message, Catch::StartsWith("this connection string"));
    CHECK_THAT(message, !Catch::Contains("SEC") && !Catch::Contains("RET"));
  }
  CHECK_THAT(refusal("host=h password=a b"), Catch::Contains("at character 19"));
}

TEST_CASE("redact_passwords finds passwords inside longer texts", "[unit]") {
  CHECK(redact_passwords("") == "");
  CHECK(redact_passwords("nothing to hide: 5 @ 3") == "nothing to hide: 5 @ 3");
  CHECK(redact_passwords("tranche --db postgresql://u:pw@h/db run --job a@b") ==
        "tranche --db postgresql://u:***@h/db run --job a@b");
  CHECK(redact_passwords("a postgresql://u:p1@h/db b postgres://v:p2@h/db c") ==
        "a postgresql://u:***@h/db b postgres://v:***@h/db c");
  CHECK(redact_passwords("jdbc:postgresql://h/db?user=u&password=pw x") ==
        "jdbc:postgresql://h/db?user=u&password=*** x");
  CHECK(redact_passwords("mysql://u:pw@h/db") == "mysql://u:***@h/db");
  CHECK(redact_passwords("https://h:8080/a@b?x=y:z@w") == "https://h:8080/a@b?x=y:z@w");
  CHECK(redact_passwords("PGPASSWORD=pw psql -h h") == "PGPASSWORD=*** psql -h h");
  CHECK(redact_passwords("--password=pw --verbose") == "--password=*** --verbose");
  CHECK(redact_passwords("spark.ssl.keyPassword=pw x") == "spark.ssl.keyPassword=*** x");
  CHECK(redact_passwords("password=\"p w\" x") == "password=*** x");
  CHECK(redact_passwords("error: password authentication failed for user \"u\"") ==
        "error: password authentication failed for user \"u\"");
  CHECK(redact_passwords("postgresql://u:p@s/s@h/db") == "postgresql://u:***@h/db");
  CHECK(redact_passwords("postgresql://u:p@s@h/db") == "postgresql://u:***@h/db");
  CHECK(redact_passwords("postgresql://u:p?w@h/db") == "postgresql://u:***@h/db");
  CHECK(redact_passwords("password='not closed") == "password=***");
  CHECK(redact_passwords("password=") == "password=");
  CHECK(redact_passwords("postgresql://h/d?passwd=pw&passfile=f") ==
        "postgresql://h/d?passwd=***&passfile=f");
  CHECK(redact_passwords("host=h pwd='p w'") == "host=h pwd=***");
  CHECK(redact_passwords("://@:") == "://@:");
}

TEST_CASE("the default inventory follows XDG_DATA_HOME, then HOME", "[unit]") {
  const Environment home("HOME", "/home/ada");
  {
    const Environment data("XDG_DATA_HOME", "/data/share");
    CHECK(DatabaseUrl::default_inventory().path() == "/data/share/tranche/inventory.db");
  }
  for (const char* unusable : {"", "relative/path", static_cast<const char*>(nullptr)}) {
    const Environment data("XDG_DATA_HOME", unusable);
    CHECK(DatabaseUrl::default_inventory().path() == "/home/ada/.local/share/tranche/inventory.db");
  }
}
