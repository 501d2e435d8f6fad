#pragma once

#include "openlineage/lineage_names.hpp"

#include "tranche/adapter.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tranche::adapters::openlineage {

/// Who made the event; a package URL, for the program has no one home on the web.
std::string producer();

/// `fields` with producer and schema; `name` is VERSION/NAME as the schema's address has it,
/// "1-0-1/ErrorMessageRunFacet", and /DEFINITION behind it where that has another name.
nlohmann::json facet(const std::string& name, nlohmann::json fields);

/// The range of a batch as conditions on its key column. Empty where it is a list of keys.
nlohmann::json subset(const nlohmann::json& batch);

/// The names and figures of an attempt for which OpenLineage has no place of its own.
nlohmann::json attempt_parameters(const nlohmann::json& run, const nlohmann::json& acquired);
/// More of them, of its end.
nlohmann::json end_parameters(const nlohmann::json& released);

/// parent, nominalTime: what the environment tells, once for all.
nlohmann::json caller_facets(const Environment& environment);

}  // namespace tranche::adapters::openlineage
