#include "argo/argo_adapter.hpp"

#include "argo/argo_files.hpp"

#include <algorithm>
#include <cctype>

namespace tranche::adapters {
namespace {

constexpr std::string_view kOutputs = "/tmp/tranche/outputs";

/// A node's id is the name of its workflow with a hash behind it, but for the first node.
std::string workflow_of(const std::string& node, const std::string& pod) {
  const std::size_t dash = node.rfind('-');
  if (node == pod || dash == std::string::npos || dash + 1 == node.size()) {
    return node;
  }
  const bool hash = std::all_of(node.begin() + static_cast<std::ptrdiff_t>(dash) + 1,
                                node.end(),
                                [](unsigned char c) { return std::isdigit(c) != 0; });
  return hash ? node.substr(0, dash) : node;
}

std::string given(const Environment& environment, std::string_view name, std::string otherwise) {
  std::string value = variable(environment, name);
  return value.empty() ? otherwise : value;
}

std::string link(const Environment& environment, const Identity& names) {
  std::string base = variable(environment, "TRANCHE_ARGO_URL");
  const auto space = names.find("namespace");
  if (base.empty() || space == names.end() || space->second.empty()) {
    return {};
  }
  while (base.ends_with('/')) {
    base.pop_back();
  }
  // Kubernetes' names need no encoding.
  return base + "/workflows/" + space->second + "/" + names.at("workflow_name") +
         "?nodeId=" + names.at("node_id");
}

}  // namespace

Identity argo_identity(const Environment& environment) {
  Identity names;
  const std::string node = variable(environment, "ARGO_NODE_ID");
  // A pod's host is called like the pod.
  const std::string host = variable(environment, "KUBERNETES_SERVICE_HOST").empty()
                               ? std::string()
                               : variable(environment, "HOSTNAME");
  const std::string pod = given(environment, "TRANCHE_IDENTITY_POD_NAME", host);
  names["node_id"] = node;
  names["pod_name"] = pod;
  names["workflow_name"] = given(environment,
                                 "TRANCHE_IDENTITY_WORKFLOW_NAME",
                                 given(environment, "ARGO_WORKFLOW_NAME", workflow_of(node, pod)));
  names["namespace"] = variable(environment, "TRANCHE_IDENTITY_NAMESPACE");
  names["link"] = link(environment, names);
  std::erase_if(names, [](const auto& name) { return name.second.empty(); });
  return names;
}

Adapter argo_adapter() {
  Adapter adapter;
  adapter.name = "argo";
  adapter.recognises = [](const Environment& environment) {
    return !variable(environment, "ARGO_NODE_ID").empty() ||
           !variable(environment, "ARGO_TEMPLATE").empty();
  };
  adapter.identity = argo_identity;
  adapter.observer = [](const Environment& environment) {
    return std::make_unique<ArgoFiles>(
        given(environment, "TRANCHE_ARGO_OUTPUTS", std::string(kOutputs)),
        variable(environment, "ARGO_PROGRESS_FILE"));
  };
  return adapter;
}

}  // namespace tranche::adapters
