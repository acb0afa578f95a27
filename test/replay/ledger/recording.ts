import { decodeVote, PRECOMMIT, voteMessage, voteScope } from '@montana/consensus'
import { selectPqBackend } from '@montana/crypto'
import { concatBytes } from '@montana/foundation'
import { BASE_TYPE, EVIDENCE_KIND, EXT_TYPE, encodeEvidence } from '@montana/network'
import type { RunningNode } from '../../../packages/node/src/node.js'
import type { NodeStatus } from '../../../packages/node/src/settings.js'
import { until } from '../../e2e/support/montana.js'
import type { NetworkFiles } from '../../e2e/support/network.js'
import { Ear } from './ear.js'
import { CANDIDATE, makeFiles, memberOf, OBSERVER, OPERATORS, startMember } from './nodes.js'
import { durableStateOf } from './state.js'

const PATIENCE_MS = 90_000
/** A round that no honest node has reached. */
const FAR_ROUND = 99

/** What real nodes said while they made windows; the observer and the ear still run. */
export interface Recording {
  readonly files: NetworkFiles
  readonly ear: Ear
  readonly observer: RunningNode
  readonly head: number
}

/** Three operators, a candidate that registers, an observer and the ear, until the observer has `windows`. */
export async function record(dir: string, windows: number): Promise<Recording> {
  const files = await makeFiles(dir)
  const ear = await Ear.join(files)
  const start = (label: string) => startMember(files, memberOf(files, label))
  const [observer, ...others] = await Promise.all([OBSERVER, ...OPERATORS, CANDIDATE].map(start))
  if (!observer) throw new Error('no observer')
  const isRegistered = () => ear.heard.some(({ type }) => type === BASE_TYPE.nodeRegistration)
  await until(() => ear.head > windows, PATIENCE_MS, `window ${windows}`)
  await until(async () => (await headOf(observer)) >= windows, PATIENCE_MS, `window ${windows} of the observer`)
  await until(isRegistered, PATIENCE_MS, 'a registration')
  const { peerId } = memberOf(files, OBSERVER).identity
  await until(() => ear.hears(peerId), PATIENCE_MS, 'the observer is heard')
  await ear.ask(peerId, windows)
  await showEvidence(files, ear)
  await Promise.all(others.map((node) => node.stop()))
  return { files, ear, observer, head: await headOf(observer) }
}

export async function headOf({ statusUrl }: RunningNode): Promise<number> {
  return ((await (await fetch(`${statusUrl}/status.json`)).json()) as NodeStatus).window
}

/** A pair of votes that one operator never made; the ear has its key, says it to one node, and every node keeps it. */
async function showEvidence(files: NetworkFiles, ear: Ear): Promise<void> {
  const [a, b] = await Promise.all([1, 2].map((value) => signedVote(files, value)))
  if (!a || !b) throw new Error('no votes')
  const payload = encodeEvidence({ kind: EVIDENCE_KIND.vote, a, b })
  const heard = { protocol: 'ext', type: EXT_TYPE.evidence, payload } as const
  const before = durableStateOf(memberOf(files, OBSERVER).dataDir).evidence
  ear.repeat(memberOf(files, OBSERVER).identity.peerId, heard)
  for (const label of [OBSERVER, ...OPERATORS, CANDIDATE]) {
    const { dataDir } = memberOf(files, label)
    await until(() => durableStateOf(dataDir).evidence !== before, PATIENCE_MS, `${label} keeps the evidence`)
  }
  ear.keep(heard)
}

async function signedVote(files: NetworkFiles, value: number): Promise<Uint8Array> {
  const { nodeId, seeds } = memberOf(files, OPERATORS[0]).identity
  const backend = await selectPqBackend()
  try {
    const signer = await backend.importSigner(seeds.node)
    const place = { nodeId, window: 1, round: FAR_ROUND, phase: PRECOMMIT, value: new Uint8Array(32).fill(value) }
    const scope = voteScope(place)
    return decodeVote(concatBytes(scope, await signer.sign(voteMessage(files.genesisHash, scope)))).bytes
  } finally {
    await backend.close()
  }
}
