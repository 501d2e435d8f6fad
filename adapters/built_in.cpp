#include "airflow/airflow_adapter.hpp"
#include "argo/argo_adapter.hpp"
#include "openlineage/openlineage_adapter.hpp"
#include "spark/spark_adapter.hpp"

#include "tranche/program.hpp"

namespace tranche {

AdapterRegistry built_in_adapters() {
  AdapterRegistry registry;
  registry.add(adapters::airflow_adapter());
  registry.add(adapters::argo_adapter());
  registry.add(adapters::openlineage_adapter());
  registry.add(adapters::spark_adapter());
  return registry;
}

}  // namespace tranche
