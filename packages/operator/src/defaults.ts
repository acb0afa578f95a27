import { hostname, networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { parseSource } from '@montana/fleet'
import { ConfigError, errorMessage } from '@montana/foundation'
import { parse } from 'yaml'
import { PATHS, within } from './host/layout.js'
import { readIfThere } from './host/owned.js'
import type { OnboardOptions } from './options.js'

const DEFAULT_LISTEN = '/ip4/0.0.0.0/tcp/8444'
const UNSPECIFIED = ['0.0.0.0', '::']

/** As typed; what is left out is found by {@link resolveOnboarding}. */
export type GivenOptions = Omit<OnboardOptions, 'label' | 'listen' | 'address' | 'openMesh'> & {
  readonly [K in 'label' | 'listen' | 'address']: string | undefined
} & { readonly openMesh: boolean | undefined }

interface Installed {
  readonly label?: string
  readonly listen?: string
  readonly openMesh?: boolean
}

/** What was not given: as this host was set up before, else by its name and addresses. */
export async function resolveOnboarding(given: GivenOptions): Promise<OnboardOptions> {
  const installed = await installedConfig(given.root)
  const listen = given.listen ?? installed.listen ?? DEFAULT_LISTEN
  return {
    ...given,
    label: checkedLabel(given.label ?? installed.label ?? hostname().split('.')[0] ?? 'node'),
    listen,
    sources: given.sources.map(absoluteSource),
    openMesh: given.openMesh ?? installed.openMesh ?? false,
    address: given.address ?? dialAddress(listen),
  }
}

/** As a manifest takes it. Throws ConfigError. */
function checkedLabel(label: string): string {
  if (/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(label)) return label
  throw new ConfigError('the label is not 1 to 64 printable characters', {
    field: 'label',
    remedy: 'give --label NAME',
  })
}

/** The sync job runs elsewhere: a file is named from the root. Throws ConfigError SOURCE_INVALID. */
function absoluteSource(source: string): string {
  const text = /^(https?|status|file):/.test(source) ? source : resolve(source)
  return parseSource(text, 'manifest').text
}

/** What `node.yaml` says; nothing where there is none. Throws ConfigError for one that is no YAML. */
export async function installedConfig(root: string): Promise<Installed> {
  const bytes = await readIfThere(within(root, PATHS.nodeConfig))
  return bytes ? ((yamlOf(bytes) ?? {}) as Installed) : {}
}

function yamlOf(bytes: Uint8Array): unknown {
  try {
    return parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    const message = `${PATHS.nodeConfig} cannot be read: ${errorMessage(cause).split('\n', 1)[0]}`
    throw new ConfigError(message, { field: 'config', remedy: `correct ${PATHS.nodeConfig}, or remove it`, cause })
  }
}

/** Host and port of a multiaddr. Throws ConfigError for another form. */
export function parseAddress(multiaddr: string): {
  readonly family: string
  readonly host: string
  readonly port: number
} {
  const [, family, host, port] = /^\/(ip[46])\/([0-9a-fA-F.:]+)\/tcp\/(\d{1,5})$/.exec(multiaddr) ?? []
  if (family && host && port) return { family, host, port: Number(port) }
  throw new ConfigError(`'${multiaddr}' is not an address`, {
    field: 'listen',
    remedy: 'use the form /ip4/ADDRESS/tcp/PORT',
  })
}

/** Where others find what listens everywhere: the first address of this host that is not its own loop. */
function dialAddress(listen: string): string {
  const { family, host, port } = parseAddress(listen)
  if (!UNSPECIFIED.includes(host)) return listen
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  const found = all.find((entry) => !entry.internal && entry.family === (family === 'ip4' ? 'IPv4' : 'IPv6'))
  if (found) return `/${family}/${found.address}/tcp/${port}`
  throw new ConfigError('this host has no address that others could dial', {
    field: 'address',
    remedy: 'give --address',
  })
}
