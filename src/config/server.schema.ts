import { z } from 'zod';
import { byteSize, duration, text, textList } from './config-values.js';

/** The HTTP server. */
export const serverSchema = z
  .strictObject({
    cors: z
      .strictObject({ origins: textList().prefault(['*']).describe('Origins that browsers may call from.') })
      .prefault({})
      .describe('Cross-origin requests.'),
    rateLimit: z.looseObject({}).exactOptional().meta({ title: 'block', description: 'Not supported yet.' }),
    maxBodySize: byteSize().prefault('1MiB').describe('Largest request body.'),
    tls: z
      .strictObject({
        certFile: text().describe('Certificate chain in PEM.'),
        keyFile: text().describe('Private key in PEM.'),
      })
      .exactOptional()
      .describe('Serve https.'),
    trustedProxies: textList()
      .prefault([])
      .describe('Addresses or networks of proxies whose forwarding headers are believed.'),
    workers: z
      .int()
      .min(1)
      .max(64)
      .prefault(1)
      .describe('Processes that share the addresses; more than one needs `database`.'),
    shutdownGrace: duration().prefault('30s').describe('Time for open requests when the server stops.'),
  })
  .transform(({ shutdownGrace, ...rest }) => ({ ...rest, shutdownGraceMs: shutdownGrace }))
  .meta({ id: 'server' });

/** Traces and metrics over OTLP. */
export const telemetrySchema = z
  .strictObject({
    enabled: z.boolean().prefault(false).describe('Switches telemetry on. Nothing is measured or sent yet.'),
    serviceName: text().prefault('thv-registry-api').describe('Name of this service.'),
    serviceVersion: text().exactOptional().describe('Version of this service; else its own.'),
    endpoint: text().prefault('localhost:4318').describe('OTLP/HTTP collector.'),
    insecure: z.boolean().prefault(false).describe('Plain http to the collector.'),
    tracing: z
      .strictObject({
        enabled: z.boolean().prefault(false).describe('Sends traces.'),
        sampling: z
          .number()
          .gt(0)
          .max(1)
          .prefault(0.05)
          .describe('Share of requests that are traced, more than 0 and at most 1.'),
      })
      .prefault({})
      .describe('Traces.'),
    metrics: z
      .strictObject({ enabled: z.boolean().prefault(false).describe('Sends metrics.') })
      .prefault({})
      .describe('Metrics.'),
  })
  .meta({ id: 'telemetry' });

/** Audit log: one JSON line for each event. */
export const auditSchema = z
  .strictObject({
    enabled: z.boolean().prefault(false).describe('Switches the audit log on.'),
    logFile: text().exactOptional().describe('File to append to; else standard output.'),
    eventTypes: textList().exactOptional().describe('Only these events; else all.'),
    excludeEventTypes: textList().exactOptional().describe('Never these events; it wins.'),
    includeRequestData: z.boolean().prefault(false).describe('Adds bodies of writing requests.'),
    maxDataSize: z.int().min(0).max(1_048_576).prefault(1024).describe('Most bytes of a body that are kept.'),
  })
  .meta({ id: 'audit' });
