#pragma once

#include "store/world.hpp"

#include <memory>
#include <string>

namespace tranche::test {

/// Ways to get the horizon wrong. Each must make the torture fail.
enum class Mutant { none, newest_key, tables_alone, writers_first };

std::string name_of(Mutant mutant);

/// The world's source, looked at in a wrong way.
std::unique_ptr<Source> open_mutant(const World& world,
                                    const JobDefinition& definition,
                                    Mutant mutant);

}  // namespace tranche::test
