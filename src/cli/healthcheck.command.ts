import { Command, Help } from 'nest-commander';
import { ProgramCommand } from './program-command.js';

@Command({
  name: 'healthcheck',
  description: 'ask a running server whether it is ready (exit code 0 or 1)',
  arguments: '[url]',
  argsDescription: {
    url: 'http://…, https://… or unix:///path/of.sock; without a path, /readiness is asked',
  },
})
export class HealthcheckCommand extends ProgramCommand {
  override async run([url]: string[]): Promise<void> {
    const { runHealthcheck } = await import('./healthcheck.js');
    process.stdout.write(await runHealthcheck(url));
  }

  @Help('after')
  defaults(): string {
    return `
Without an address it asks the internal listener, http://127.0.0.1:8081/readiness, and when nothing listens
there the public one, http://127.0.0.1:8080/readiness. The server has 3 seconds to answer.`;
  }
}
