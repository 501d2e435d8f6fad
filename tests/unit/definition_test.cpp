#include "tranche/definition.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <limits>

namespace tranche {

namespace {

JobDefinition minimal() {
  JobDefinition definition;
  definition.table = "t";
  definition.key_column = "id";
  return definition;
}

void check_refused(const std::string& json, const std::string& field) {
  INFO(json);
  try {
    check_definition(definition_from_json(json));
    FAIL_CHECK("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    const std::string text = error.what();
    INFO(text);
    CHECK(text.find(field) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("a definition survives JSON", "[unit]") {
  JobDefinition full = minimal();
  full.source = "postgresql://host/db";
  full.item_column = "path";
  full.weight_column = "bytes";
  full.time_column = "at";
  full.filter = "kind = 'ü\"\\\n'";
  full.limits = {std::numeric_limits<std::int64_t>::max(), 0.1};
  full.max_attempts = 9;
  full.retry_delay = Duration(1500);
  full.retry_backoff = RetryBackoff::exponential;
  full.max_retry_delay = std::chrono::minutes(10);
  full.on_exit = "75=snooze:1h30m,*=fail";
  full.lease = std::chrono::hours(36);
  full.start_key = "9007199254740993";
  full.settle = std::chrono::minutes(1);
  full.assume_unique = true;
  full.unstable_filter = true;
  full.key_type = KeyType::timestamp;
  full.key_is_time = true;
  full.key_order = KeyOrder::proved;
  full.key_order_reason = "because";
  for (const JobDefinition& definition : {minimal(), full}) {
    const std::string text = to_json(definition);
    const JobDefinition back = definition_from_json(text, true);
    CHECK(to_json(back) == text);
    CHECK(back.limits.max_count == definition.limits.max_count);
    CHECK(back.limits.max_weight == definition.limits.max_weight);
    CHECK(back.start_key == definition.start_key);
    CHECK(back.key_type == definition.key_type);
    CHECK(back.key_order == definition.key_order);
    CHECK_NOTHROW(check_definition(definition));
    CHECK_NOTHROW(definition_from_json(text));
  }
}

TEST_CASE("what people write in JSON is taken", "[unit]") {
  const JobDefinition definition = definition_from_json(
      R"({"table":"t","key":"id","item":"p","weight":"w","max_weight":"10GiB","max_count":5,"retry_delay":90,"lease":"2h","start_key":42,"max_attempts":1})");
  CHECK(definition.key_column == "id");
  CHECK(definition.item_column == "p");
  CHECK(definition.weight_column == "w");
  CHECK(definition.limits.max_weight == 10.0 * 1024 * 1024 * 1024);
  CHECK(definition.limits.max_count == 5);
  CHECK(definition.retry_delay == std::chrono::seconds(90));
  CHECK(definition.lease == std::chrono::hours(2));
  CHECK(definition.start_key == "42");
  CHECK(definition.max_attempts == 1);
}

TEST_CASE("what is wrong in a definition is refused by its field", "[unit]") {
  check_refused("", "JSON");
  check_refused("[]", "object");
  check_refused("{\"table\":\"t\",\"key\":\"id\"", "JSON");
  check_refused(R"({"key":"id"})", "table");
  check_refused(R"({"table":"t"})", "key column");
  check_refused(R"({"table":"t","key":"id","tabel":"x"})", "tabel");
  check_refused(R"({"table":7,"key":"id"})", "table");
  const auto with = [](const std::string& field) {
    return R"({"table":"t","key":"id","weight":"w",)" + field + "}";
  };
  check_refused(with(R"("max_count":0)"), "max_count");
  check_refused(with(R"("max_count":-3)"), "max_count");
  check_refused(with(R"("max_count":1.5)"), "max_count");
  check_refused(with(R"("max_count":18446744073709551615)"), "max_count");
  check_refused(with(R"("max_weight":0)"), "max_weight");
  check_refused(with(R"("max_weight":"much")"), "max_weight");
  check_refused(with(R"("max_weight":1e999)"), "JSON");
  check_refused(with(R"("max_weight":[])"), "max_weight");
  check_refused(R"({"table":"t","key":"id","max_weight":5})", "weight column");
  check_refused(with(R"("max_attempts":0)"), "max_attempts");
  check_refused(with(R"("max_attempts":1001)"), "max_attempts");
  check_refused(with(R"("max_attempts":4294967297)"), "max_attempts");
  check_refused(with(R"("retry_delay":-1)"), "retry_delay");
  check_refused(with(R"("retry_delay":"soon")"), "retry_delay");
  check_refused(with(R"("retry_delay":9223372036854775807)"), "retry_delay");
  check_refused(with(R"("lease":"500ms")"), "lease");
  check_refused(with(R"("on_exit":"75")"), "75");
  check_refused(with(R"("assume_unique":1)"), "assume_unique");
  check_refused(with("\"filter\":\"" + std::string(20'000, 'x') + "\""), "filter");
}

TEST_CASE("a text that no database takes is refused", "[unit]") {
  for (const std::string& text : {std::string("\xff"), std::string("a\0b", 3)}) {
    JobDefinition filter = minimal();
    filter.filter = text;
    CHECK_THROWS_AS(check_definition(filter), Error);
    JobDefinition column = minimal();
    column.key_column = text;
    CHECK_THROWS_AS(check_definition(column), Error);
  }
  JobDefinition negative = minimal();
  negative.retry_delay = Duration(-1);
  CHECK_THROWS_AS(check_definition(negative), Error);
}

}  // namespace tranche
