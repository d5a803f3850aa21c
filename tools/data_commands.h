// The subcommands of nanopneumo data.
#pragma once

#include "tools/command_line.h"

namespace nanopneumo {

void add_data_info_command(Command data);
void add_data_audit_command(Command data);
void add_data_phantoms_command(Command data);

}  // namespace nanopneumo
