#include "secrets.hpp"

#include <catch2/catch.hpp>

using tranche::runner::hide_secrets;
using Words = std::vector<std::string>;

TEST_CASE("secrets of a command line are hidden by the names of their options", "[unit]") {
  CHECK(
      hide_secrets(
          {"load", "--password", "p1", "--token=t1", "-api-key", "k1", "--dbPassword", "p2"}) ==
      Words{"load", "--password", "***", "--token=***", "-api-key", "***", "--dbPassword", "***"});
  CHECK(hide_secrets({"env", "DB_PASSWORD=x", "AWS_SECRET_ACCESS_KEY=y", "PGPASSWORD=z", "curl"}) ==
        Words{"env", "DB_PASSWORD=***", "AWS_SECRET_ACCESS_KEY=***", "PGPASSWORD=***", "curl"});
  CHECK(hide_secrets({"spark-submit", "--conf", "spark.hadoop.fs.s3a.secret.key=x"}) ==
        Words{"spark-submit", "--conf", "spark.hadoop.fs.s3a.secret.key=***"});
  CHECK(hide_secrets({"sh", "-c", "load postgres://u:pw@h/d"}) ==
        Words{"sh", "-c", "load postgres://u:***@h/d"});
}

TEST_CASE("secrets are hidden in headers, queries, JSON and scripts as well", "[unit]") {
  const auto hidden = [](const std::string& word) { return hide_secrets({"curl", word}).back(); };
  CHECK(hidden("Authorization: Bearer hunter2") == "Authorization: ***");
  CHECK(hidden("X-Api-Key: hunter2") == "X-Api-Key: ***");
  CHECK(hidden(R"({"user": "me", "password": "hunter2", "rows": 3})") ==
        R"({"user": "me", "password": "***", "rows": 3})");
  CHECK(hidden("{'token':'hunter2'}") == "{'token':'***'}");
  CHECK(hidden("https://x/y?sp=r&sig=hunter2&se=9") == "https://x/y?sp=r&sig=***&se=9");
  CHECK(hidden("https://x/y?access_token=hunter2") == "https://x/y?access_token=***");
  CHECK(hidden("curl -H 'authorization: Basic aHVudGVyMg==' x") ==
        "curl -H 'authorization: ***' x");
  CHECK(hidden("cd x; TOKEN=hunter2 ./load") == "cd x; TOKEN=*** ./load");
  CHECK(hide_secrets({"load", "--pass", "p", "--dbpassword", "p", "-u", "me:p", "--user", "me"}) ==
        Words{"load", "--pass", "***", "--dbpassword", "***", "-u", "me:***", "--user", "me"});
  CHECK(hidden("password:") == "password:");
  CHECK(hidden("{\"password\": \"") == "{\"password\": \"***");
}

TEST_CASE("what only looks like a secret is shown", "[unit]") {
  const Words words{
      "train", "--tokenizer", "bert", "--key-column", "id", "--tokens=5", "--max-count", "3"};
  CHECK(hide_secrets(words) == words);
  CHECK(hide_secrets({"load", "--token", "--verbose"}) == Words{"load", "--token", "--verbose"});
  CHECK(hide_secrets({"token", "list"}) == Words{"token", "list"});
  CHECK(hide_secrets({"sh", "-c", "echo my token = $1"}) ==
        Words{"sh", "-c", "echo my token = $1"});
  const Words plain{"sh", "-c", "load --token=$TOKEN 'a:b' \"c\": d, x=y; date +%H:%M"};
  CHECK(hide_secrets(plain) == plain);
}
