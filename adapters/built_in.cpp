#include "built_in.hpp"

#include "airflow/airflow_adapter.hpp"
#include "argo/argo_adapter.hpp"
#include "openlineage/openlineage_adapter.hpp"
#include "spark/spark_adapter.hpp"

namespace tranche::adapters {

AdapterRegistry built_in_adapters() {
  AdapterRegistry registry;
  registry.add(airflow_adapter());
  registry.add(argo_adapter());
  registry.add(openlineage_adapter());
  registry.add(spark_adapter());
  return registry;
}

}  // namespace tranche::adapters
