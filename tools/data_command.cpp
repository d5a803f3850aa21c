// nanopneumo data ...
#include "tools/commands.h"
#include "tools/data_commands.h"

namespace nanopneumo {

void add_data_command(Command app) {
  const Command data = app.command(
      "data", "Look at a data set, look for what misleads in it, or draw a synthetic one");
  add_data_info_command(data);
  add_data_audit_command(data);
  add_data_phantoms_command(data);
}

}  // namespace nanopneumo
