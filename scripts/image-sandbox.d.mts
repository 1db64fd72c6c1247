/** A pod of one container: what it runs, and what is mounted where. */
export interface Sandbox {
  /** Directory that becomes /app. */
  readonly tree: string;
  readonly job: PodJob;
  /** Packages of the checkout that are mounted into /app/node_modules. */
  readonly modules?: readonly string[];
  /** Read-only mounts: path inside to path outside. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Empty directories in memory that everybody may write to, besides /tmp. */
  readonly writable?: readonly string[];
  /** True in a control group, whose limits the program is to see. */
  readonly isLimited?: boolean;
}

/** What scripts/image-pod.mjs does inside. Either `run` or `serve`. */
export interface PodJob {
  /** Arguments of a run that ends by itself. */
  readonly run?: readonly string[];
  /** Arguments of a server that is stopped once it has answered. */
  readonly serve?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Paths that are asked for on 8080 once it is ready. */
  readonly paths?: readonly string[];
  /** How many servers must be listed before the paths are asked for. */
  readonly servers?: number;
  /** Directory with `key.pem`, `cert.pem` and `registry.json`, served at https://localhost:9443/registry.json. */
  readonly upstream?: string;
  /** Milliseconds until it must be ready: 60,000 unless told otherwise. */
  readonly readyMs?: number;
}

/** What it reports, as JSON on standard output. */
export interface PodReport {
  /** Exit code of the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it became ready, and the statuses of both probes on both ports then. */
  readonly isReady?: boolean;
  readonly probes?: Readonly<Record<string, number>>;
  /** Status and body by path. */
  readonly answers?: Readonly<Record<string, { readonly status: number; readonly text: string }>>;
  /** Output of `healthcheck`, run beside the server. */
  readonly healthcheck?: string;
  /** Most resident memory in bytes, and CPU seconds, until it was asked to stop. */
  readonly peakBytes?: number;
  readonly cpuSeconds?: number;
  /** Milliseconds from the start until it was ready, and until all servers were listed. */
  readonly readyMs?: number;
  readonly listedMs?: number;
}

export function sandboxCommand(sandbox: Sandbox): [string, ...string[]];
export function productionModules(): string[];
