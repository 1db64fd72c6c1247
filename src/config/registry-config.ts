import type { z } from 'zod';
import type { RegistryFormat } from '../model/entry.js';
import type { FilterRules } from '../model/name-filter.js';
import type { apiSchema } from './api.schema.js';
import type { authSchema } from './auth.schema.js';
import type { claimsSchema } from './config-values.js';
import type { gitSchema } from './git.schema.js';
import type { auditSchema, serverSchema, telemetrySchema } from './server.schema.js';
import type { fileSchema, kubernetesSchema } from './source.schema.js';
import type { databaseSchema } from './store.schema.js';
import type { syncPolicySchema, syncSchema } from './sync.schema.js';
import type { viewsSchema } from './view.schema.js';

/** `T` without a way to change it, at any depth. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

type Result<Schema extends z.ZodType> = Immutable<z.output<Schema>>;

export type Claims = Result<typeof claimsSchema>;
export type GitSettings = Result<typeof gitSchema>;
export type ApiSettings = Result<typeof apiSchema>;
/** Exactly one of `path`, `url` and `data` is there. */
export type FileSettings = Result<typeof fileSchema>;
export type KubernetesSettings = Result<typeof kubernetesSchema>;
export type DatabaseConfig = Result<typeof databaseSchema>;
export type SyncConfig = Result<typeof syncSchema>;
export type AuthConfig = Result<typeof authSchema>;
export type ServerConfig = Result<typeof serverSchema>;
export type TelemetryConfig = Result<typeof telemetrySchema>;
export type AuditConfig = Result<typeof auditSchema>;
export type ViewConfig = Result<typeof viewsSchema>[number];

/** When and how a source is read, with the default interval filled in. */
export type SyncPolicy = Result<typeof syncPolicySchema> & { readonly intervalMs: number };

interface SourceCommon {
  readonly name: string;
  /** Detected from the data when absent. */
  readonly format?: RegistryFormat;
  readonly syncPolicy: SyncPolicy;
  readonly filter?: FilterRules;
  readonly claims?: Claims;
}

/** One feed of entries; `kind` tells which settings it has. */
export type SourceConfig = SourceCommon &
  (
    | { readonly kind: 'git'; readonly git: GitSettings }
    | { readonly kind: 'api'; readonly api: ApiSettings }
    | { readonly kind: 'file'; readonly file: FileSettings }
    | { readonly kind: 'managed' }
    | { readonly kind: 'kubernetes'; readonly kubernetes: KubernetesSettings }
  );

/** A named list of sources that clients read; the order is the precedence. */
export interface RegistryDefinition {
  readonly name: string;
  readonly sources: readonly string[];
  readonly claims?: Claims;
}

/** Files that the server writes. */
export interface FileStorageConfig {
  /** As given, relative to the working directory. */
  readonly baseDir: string;
  /** True when file or environment name `baseDir`, false when it is the default. */
  readonly explicit: boolean;
  /** Whole name of the Kubernetes Lease that a process needs to use the embedded store. */
  readonly lease?: string;
  /** True when nothing is to be written: the store lives in memory only. */
  readonly memoryOnly: boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One reading of the configuration, checked, with defaults. Durations are in milliseconds, sizes in bytes. */
export interface RegistryConfig {
  readonly sources: readonly SourceConfig[];
  readonly registries: readonly RegistryDefinition[];
  /** Absent: the embedded store. */
  readonly database?: DatabaseConfig;
  readonly fileStorage: FileStorageConfig;
  readonly sync: SyncConfig;
  readonly auth: AuthConfig;
  /** From the command line or `TOOLHIVE_OIDC_CLIENT_SECRET`, for providers without a `clientSecretFile`. */
  readonly oidcClientSecret?: string;
  readonly server: ServerConfig;
  readonly telemetry: TelemetryConfig;
  readonly audit: AuditConfig;
  readonly views: readonly ViewConfig[];
  readonly logLevel: LogLevel;
}
