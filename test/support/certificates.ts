import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Key and certificate of a server, in PEM form. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority of a test's own that no system trusts; its files live until `remove`. Needs the program `openssl`. */
export class TestAuthority {
  private readonly directory = mkdtempSync(join(tmpdir(), 'authority-'));
  /** PEM file with the authority's certificate. */
  readonly caCertPath = join(this.directory, 'ca.pem');

  /** The authority's certificate, in PEM form. */
  get caCert(): string {
    return this.read('ca.pem');
  }

  constructor() {
    const name = ['-subj', '/CN=Authority of a test', '-addext', 'basicConstraints=critical,CA:TRUE'];
    this.openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', ...name);
  }

  /** Signs a certificate for host names and addresses, in the form `DNS:localhost,IP:127.0.0.1`. */
  sign(names = 'DNS:localhost,IP:127.0.0.1'): ServerCertificate {
    writeFileSync(join(this.directory, 'leaf.cnf'), `subjectAltName=${names}\n`);
    this.openssl('req', ...NEW_KEY, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=upstream');
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1'];
    this.openssl('x509', '-req', '-in', 'leaf.csr', '-out', 'leaf.pem', ...authority, '-extfile', 'leaf.cnf');
    return { key: this.read('leaf.key'), cert: this.read('leaf.pem') };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.directory, stdio: 'pipe' });
  }

  private read(file: string): string {
    return readFileSync(join(this.directory, file), 'utf8');
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
