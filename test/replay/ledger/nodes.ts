import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityFromMasterSeed } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { devnetGenesis, formatGenesisJson, type GenesisDocument, genesisHash } from '@montana/ledger'
import { START_OPTIONS, type StartOptions } from '../../../packages/node/src/config/start-options.js'
import { saveIdentity } from '../../../packages/node/src/identity-file.js'
import { type RunningNode, startNode } from '../../../packages/node/src/node.js'
import type { Member, NetworkFiles } from '../../e2e/support/network.js'
import { freePort } from '../../support/ports.js'

export const OPERATORS = ['moscow', 'frankfurt', 'helsinki'] as const
/** Registers as an operator. */
export const CANDIDATE = 'armenia'
/** A node that signs nothing: whatever changes in it was said by others. */
export const OBSERVER = 'observer'
/** No node: it hears, and says again. */
export const EAR = 'ear'

const LABELS = [...OPERATORS, CANDIDATE, OBSERVER, EAR]
/** Small enough that windows are made as fast as messages travel, and a candidate is admitted within seconds. */
const PARAMS = { d0: 5_000, vdfEntryWindows: 2, selectionInterval: 4, tau2Windows: 4 }
const MIN_WINDOW_MS = 100
const MASTER_SEED_BYTES = 64

export async function makeFiles(dir: string): Promise<NetworkFiles> {
  const members = await Promise.all(LABELS.map((label, index) => makeMember(dir, label, index)))
  const operators = members.slice(0, OPERATORS.length).map(({ label, identity: { publicKeys } }) => {
    return { label, nodePublicKey: publicKeys.node, accountPublicKey: publicKeys.account }
  })
  const plain = devnetGenesis(operators)
  const document: GenesisDocument = { ...plain, params: { ...plain.params, ...PARAMS } }
  const manifest = JSON.stringify({ network_name: document.networkName, peers: members.map(manifestEntry) })
  writeFileSync(join(dir, 'genesis.json'), formatGenesisJson(document))
  writeFileSync(join(dir, 'manifest.json'), manifest)
  return { dir, document, genesisHash: genesisHash(document), manifest, members }
}

async function makeMember(dir: string, label: string, index: number): Promise<Member> {
  const dataDir = join(dir, label)
  mkdirSync(dataDir)
  const identity = await identityFromMasterSeed(new Uint8Array(MASTER_SEED_BYTES).fill(index + 1))
  await saveIdentity(dataDir, identity)
  return { label, dataDir, identity, listen: `/ip4/127.0.0.1/tcp/${await freePort()}` }
}

function manifestEntry({ label, identity, listen }: Member, index: number) {
  const { peerId, accountId, nodeId } = identity
  const ids = { peer_id: peerId, account_id_hex: toHex(accountId), node_id_hex: toHex(nodeId) }
  return { label, multiaddr: listen, ...ids, bootstrap: index === 0 }
}

export function memberOf({ members }: NetworkFiles, label: string): Member {
  const member = members.find((one) => one.label === label)
  if (!member) throw new RangeError(`nobody is called ${label}`)
  return member
}

/** A whole node in this process: store, engine, clock, mesh over loopback. */
export async function startMember({ dir }: NetworkFiles, { label, dataDir, listen }: Member): Promise<RunningNode> {
  const defaults = Object.fromEntries(Object.values(START_OPTIONS).map((spec) => [spec.key, spec.default]))
  const files = { genesis: join(dir, 'genesis.json'), genesisManifest: join(dir, 'manifest.json'), dataDir }
  const address = { listen, statusListen: { host: '127.0.0.1', port: 0 } }
  const quiet = { logLevel: 'silent', snapshotInterval: 0, fleetState: join(dir, 'fleet') }
  const work = { minWindowMs: MIN_WINDOW_MS, enableCandidate: label === CANDIDATE }
  const options = { ...defaults, ...files, ...address, ...quiet, ...work } as unknown as StartOptions
  return await startNode(options, { notice: () => {} })
}
