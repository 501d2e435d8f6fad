#include <tranche/database_url.hpp>
#include <tranche/units.hpp>

#include <iostream>

int main() {
  std::cout << tranche::format_duration(tranche::parse_duration("90m", "lease")) << '\n'
            << tranche::DatabaseUrl::parse("sqlite:/tmp/x.db").path() << '\n';
  return 0;
}
