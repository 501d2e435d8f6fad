#include "tranche/program.hpp"

int main(int argc, char** argv) {
  return tranche::run_program(argc, argv, tranche::built_in_adapters());
}
