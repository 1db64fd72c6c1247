import { Injectable } from '@nestjs/common';
import { InjectCommander } from 'nest-commander';
import type { ParserCommand } from './program-command.js';

const EXAMPLES = `
Examples:
  thv-registry-api serve                               the sample registry on http://127.0.0.1:8080
  thv-registry-api serve --config config.yaml          what the configuration describes
  thv-registry-api validate --config config.yaml       check a configuration and its registry files
  thv-registry-api validate registry.json --strict     check a registry file as the official registry would

Exit codes: 0 done, 1 refused or failed (standard error says why), 2 wrong usage.
"thv-registry-api COMMAND --help" explains one command.`;

/** Gives the program its name and its help page; the parser of the command line takes it from there. */
@Injectable()
export class ProgramHelp {
  constructor(@InjectCommander() program: ParserCommand) {
    program
      .name('thv-registry-api')
      .description('A registry for MCP servers, skills and plugins: serves the MCP Registry API.')
      .addHelpText('after', EXAMPLES);
  }
}
