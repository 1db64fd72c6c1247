/** API group of the ToolHive operator, and the prefix of its annotations. */
export const TOOLHIVE_GROUP = 'toolhive.stacklok.dev';

/** Versions of the group that can be read, the one to prefer first. */
export const GROUP_VERSIONS = ['v1beta1', 'v1alpha1'] as const;

/** A kind of object that is a server. The order decides between objects that make the same name. */
export const SERVER_KINDS = [
  { kind: 'MCPServer', plural: 'mcpservers', transport: 'stdio' },
  { kind: 'MCPRemoteProxy', plural: 'mcpremoteproxies', transport: 'streamable-http' },
  { kind: 'VirtualMCPServer', plural: 'virtualmcpservers', transport: 'streamable-http' },
] as const;

/** `transport` is what holds where an object names none. */
export type ServerKind = (typeof SERVER_KINDS)[number];
