import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeIdentity, identityFromMasterSeed, selectPqBackend } from '@montana/crypto'
import { createRegistry, type HostDocument, signDocument } from '@montana/fleet'
import type { TrialNetwork } from '@montana/netns'
import { stringify } from 'yaml'
import { etcdEndpoints } from './etcd.js'
import {
  BOT,
  BOT_PORT,
  CHANNEL_PORT,
  CHAT,
  CHAT_PORT,
  GROUP,
  HOSTS,
  type Layout,
  MACHINES,
  WITNESS_PORT,
  WITNESSES,
} from './layout.js'

import type { Place } from './machine.js'

const MASTER_SEED_BYTES = 64
const DAY_MS = 86_400_000

export interface GroupChoices {
  /** Where the agent of a host runs; asked at each of its starts. */
  readonly placeOf?: (host: string) => Place
  readonly failback?: 'auto' | 'manual' | 'never'
  /** Leases in a cluster of etcd instead of the chain. */
  readonly hasEtcd?: boolean
  readonly profile?: 'fast' | 'seed'
  /** Merged over the configuration, top-level key by key. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

/** Identities, registry and configuration of a group that never was before. */
export async function setUpGroup(layout: Layout, network: TrialNetwork, choices: GroupChoices = {}): Promise<void> {
  const keys = new Map<string, string>()
  for (const home of ['writer', ...WITNESSES.map((name) => `${name}-etcd`)]) {
    await mkdir(layout.home(home), { recursive: true, mode: 0o700 })
  }
  for (const machine of MACHINES) {
    await mkdir(layout.home(machine), { recursive: true, mode: 0o700 })
    if (machine !== CHAT) keys.set(machine, await makeIdentity(layout.identity(machine)))
  }
  await makeRegistry(layout, network, keys)
  for (const host of HOSTS) await writeFile(layout.breathConfig(host), stringify(breathConfig(layout, host)))
  await writeFile(layout.config, stringify(groupConfig(layout, network, choices)))
  for (const witness of WITNESSES) {
    await writeFile(layout.witnessConfig(witness), stringify(witnessConfig(layout, network, witness)))
  }
}

async function makeIdentity(folder: string): Promise<string> {
  const identity = await identityFromMasterSeed(randomBytes(MASTER_SEED_BYTES))
  await mkdir(folder, { mode: 0o700 })
  await writeFile(join(folder, 'identity.bin'), await encodeIdentity(identity), { mode: 0o600 })
  return base64(identity.publicKeys.node)
}

async function makeRegistry(layout: Layout, network: TrialNetwork, keys: Map<string, string>): Promise<void> {
  const backend = await selectPqBackend()
  const signer = await backend.importSigner(randomBytes(32))
  const operator = { id: 'operator', label: 'operator', public_key: base64(signer.publicKey) }
  await writeJson(layout.operators, { network: GROUP, version: 1, threshold: 1, operators: [operator] })
  const hosts = HOSTS.map((name) => hostEntry(name, network.addressOf(name), keys.get(name) ?? ''))
  const witnesses = WITNESSES.map((name) => ({ name, public_key: keys.get(name) ?? '' }))
  const dates = { issuedAtMs: Date.now(), validMs: DAY_MS }
  const registry = createRegistry({ network: GROUP, ...dates, hosts, witnesses })
  await writeJson(layout.registry, await signDocument(registry, operator.id, signer))
  signer.dispose()
  await backend.close()
}

function hostEntry(name: string, address: string, publicKey: string): HostDocument {
  return {
    name,
    label: name,
    address,
    key_type: 'ml-dsa-65',
    public_key: publicKey,
    domain_of_failure: {},
    is_new: true,
    revoked: false,
    previous: null,
  }
}

function groupConfig(layout: Layout, network: TrialNetwork, choices: GroupChoices): Record<string, unknown> {
  const { failback = 'never', profile = 'fast', hasEtcd = false, overrides = {} } = choices
  const chat = `http://${network.addressOf(CHAT)}:${CHAT_PORT}`
  const command = [process.execPath, BOT, '--chat', chat, '--port', String(BOT_PORT)]
  const health = { kind: 'http', url: `http://127.0.0.1:${BOT_PORT}/`, progressField: 'progress' }
  return {
    group: GROUP,
    domain: 'montana.test',
    preset: 'three-mirror',
    registry: layout.registry,
    hosts: Object.fromEntries(HOSTS.map((name) => [name, { address: network.addressOf(name) }])),
    policies: { serve: { failback }, coordinate: { failback } },
    services: { bot: { policy: 'serve', run: { command }, health } },
    profile,
    witnesses: WITNESSES.map((name) => ({
      name,
      kind: 'http',
      url: `http://${network.addressOf(name)}:${WITNESS_PORT}`,
    })),
    channel: { port: CHANNEL_PORT },
    ...(hasEtcd && { coordinator: { kind: 'etcd', endpoints: etcdEndpoints(network) } }),
    ...overrides,
  }
}

function witnessConfig(layout: Layout, network: TrialNetwork, name: string): Record<string, unknown> {
  return {
    name,
    listen: { host: network.addressOf(name), port: WITNESS_PORT },
    identityDir: layout.identity(name),
    stateDir: join(layout.home(name), 'state'),
    groups: [{ group: GROUP, registry: layout.registry }],
  }
}

/** Without a hub: what one host writes reaches the others over the node channel alone. */
function breathConfig(layout: Layout, node: string): Record<string, unknown> {
  return {
    repo: layout.breathRepo(node),
    remote: 'none',
    node,
    identityDir: layout.identity(node),
    registry: layout.registry,
    stateDir: join(layout.home(node), 'breath-registry'),
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}
