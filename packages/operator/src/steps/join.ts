import { MontanaError, toHex } from '@montana/foundation'
import { genesisHash } from '@montana/ledger'
import type { NodeStatus } from '@montana/node/settings'
import { PATHS } from '../host/layout.js'
import type { Inputs } from '../inputs.js'
import { watchNode } from './watch.js'

/** As long as systemd waits for it. */
const START_MS = 90_000
/** Three pings, five seconds apart, and a dial: spec operations 9.4, step 7, and room for a busy host. */
const JOIN_MS = 30_000
const PINGS = 3
const REFUSED = 'PEER_NOT_ALLOWED'

export interface JoinInit {
  ask(signal: AbortSignal): Promise<NodeStatus | undefined>
  readonly inputs: Inputs
  readonly signal: AbortSignal
  /** For the first answer of the node, and from then on for the first good peer. */
  readonly startMs?: number
  readonly joinMs?: number
}

/** Manifest peers with an open connection and enough good pings. */
export function goodPeers({ peers }: NodeStatus): NodeStatus['peers'] {
  return peers.filter(({ conns, ping_ok, label }) => label !== 'other' && conns > 0 && ping_ok >= PINGS)
}

/** Waits for the first peer; resolves to what was found. Throws MontanaError (1) with reason and remedy. */
export async function joinMesh(init: JoinInit): Promise<string> {
  const { ask, inputs, signal, startMs = START_MS, joinMs = JOIN_MS } = init
  const isOver = (status: NodeStatus) => goodPeers(status).length > 0 || isRefused(status)
  if (!(await watchNode(ask, { timeoutMs: startMs, signal }, () => true))) throw notRunning()
  const status = await watchNode(ask, { timeoutMs: joinMs, signal }, isOver)
  if (!status) throw notRunning()
  checkGenesis(status, inputs)
  const good = goodPeers(status)
  if (good.length > 0) return `${good.length} of ${status.peers.length} peers answer, the first is ${good[0]?.label}`
  throw isRefused(status, true) ? notAllowed(status) : notConnected(status)
}

/** After so many refused dials of each peer nobody is waited for any more. */
const DIALS = 2

/** The manifest does not name it, and nobody lets it in. An open mesh does, so that the manifest alone says nothing. */
function isRefused({ peers, degraded }: NodeStatus, isOver = false): boolean {
  if (!degraded.includes(REFUSED) || peers.some(({ conns }) => conns > 0)) return false
  return isOver || peers.every(({ closed, dial_err }) => closed + dial_err >= DIALS)
}

function checkGenesis({ genesis_hash }: NodeStatus, { genesis }: Inputs): void {
  const ours = toHex(genesisHash(genesis))
  if (genesis_hash === ours) return
  throw new MontanaError('GENESIS_MISMATCH', `the node runs network ${genesis_hash}, the genesis here is ${ours}`, {
    remedy: `move ${PATHS.state} away, or name the genesis that it belongs to`,
  })
}

function notRunning(): MontanaError {
  return new MontanaError('NOT_RUNNING', 'the node does not run', { remedy: 'read journalctl -u montana-node' })
}

function notAllowed({ peer_id }: NodeStatus): MontanaError {
  return new MontanaError(REFUSED, `the mesh does not know this node (${peer_id}) yet`, {
    remedy: `send ${PATHS.joinRequest} to its operators (montana manifest add), and run this again with their next manifest`,
  })
}

function notConnected({ peers }: NodeStatus): MontanaError {
  const codes = peers.map(({ label, dial_code }) => `${label} ${dial_code ?? 'no answer'}`).join(', ')
  return new MontanaError('NOT_CONNECTED', `no peer was reached: ${codes}`, {
    remedy: 'check the firewalls on the way and the addresses in the manifest, then run montana doctor',
  })
}
