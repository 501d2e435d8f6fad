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

TEST_CASE("what only looks like a secret is shown", "[unit]") {
  const Words words{
      "train", "--tokenizer", "bert", "--key-column", "id", "--tokens=5", "--max-count", "3"};
  CHECK(hide_secrets(words) == words);
  CHECK(hide_secrets({"load", "--token", "--verbose"}) == Words{"load", "--token", "--verbose"});
  CHECK(hide_secrets({"token", "list"}) == Words{"token", "list"});
  CHECK(hide_secrets({"sh", "-c", "echo my token = $1"}) ==
        Words{"sh", "-c", "echo my token = $1"});
}
