#pragma once

#include <string_view>
#include <vector>

namespace tranche::runner {

struct EmbeddedFile {
  std::string_view name;  ///< "argo-loop.yaml"
  std::string_view text;
};

/// The files of templates/, written by cmake/EmbedTemplates.cmake.
std::vector<EmbeddedFile> embedded_templates();

}  // namespace tranche::runner
