import { concatBytes, type RandomSource, seededRandom, toHex } from '@montana/foundation'
import { BASE_TYPE, decodeHeader, EXT_TYPE, encodeEnvelope, HEADER_BYTES } from '@montana/network'
import { countOne } from '../../../transport/test/memory.js'
import { mutant } from '../../../transport/test/mutate.js'
import { certificateOf } from '../support/commit.js'
import { WAYS, type Way } from '../support/messages.js'
import { signConfirmation, signPropose, signRegistration, signReveal, signVote } from '../support/objects.js'
import { Receiver } from '../support/receiver.js'
import { HEAD, type VotedChain } from '../support/voted-chain.js'

const TYPES: Readonly<Record<Way, number>> = {
  reveal: BASE_TYPE.vdfReveal,
  confirmation: BASE_TYPE.bundledConfirmation,
  proposal: BASE_TYPE.proposal,
  registration: BASE_TYPE.nodeRegistration,
  draft: EXT_TYPE.draft,
  propose: EXT_TYPE.propose,
  vote: EXT_TYPE.cementVote,
  // Certificates are answers; they are judged by the same bytes.
  certificate: EXT_TYPE.certificate + 1,
}
const WAY_OF = new Map(Object.entries(TYPES).map(([way, type]) => [type, way as Way]))
/** A node notes what it refused; a fresh one from time to time keeps that out of the count of memory. */
const MUTANTS_PER_NODE = 2_000
const HEADER_SHARE = 0.25

/** Valid messages of members for the open window, each in its envelope. */
export async function validEnvelopes({ world, next }: VotedChain): Promise<Uint8Array[]> {
  const [one] = world.members
  const window = HEAD + 1
  const payloads: Record<Way, Uint8Array> = {
    reveal: (await signReveal(one, { window })).bytes,
    confirmation: (await signConfirmation(one, { window, opHashes: [new Uint8Array(32)] })).bytes,
    proposal: next.envelope,
    registration: await signRegistration(world.candidate),
    draft: next.envelope,
    propose: (await signPropose(world, one, { window })).bytes,
    vote: (await signVote(world, one, { window })).bytes,
    certificate: await certificateOf(world, next, 1),
  }
  return Object.entries(payloads).map(([way, payload]) =>
    encodeEnvelope({ type: TYPES[way as Way], requestId: BigInt(window), payload }),
  )
}

/**
 * Mutants of real messages against the real inbox, authenticator and engine. `still valid`: only the request_id of the
 * envelope was changed, which nothing signs. Throws when anything else moves the ledger or is kept.
 */
export async function inboxMutants(chain: VotedChain, count: number, seed: number): Promise<Map<string, number>> {
  const [random, envelopes] = [seededRandom(seed), await validEnvelopes(chain)]
  const originals = new Set(envelopes.map((bytes) => toHex(bytes.subarray(HEADER_BYTES))))
  const ends = new Map<string, number>()
  for (let done = 0; done < count; done += MUTANTS_PER_NODE) {
    const node = new Receiver(chain.world, chain.restored)
    const before = stateOf(node)
    for (let run = done; run < Math.min(count, done + MUTANTS_PER_NODE); run++) {
      countOne(ends, await endOf(node, pick(envelopes, random), originals, random))
    }
    checkUntouched(node, before)
    node.loop.stop()
  }
  return ends
}

async function endOf(node: Receiver, envelope: Uint8Array, originals: ReadonlySet<string>, random: RandomSource) {
  const message = messageOf(mutated(envelope, random))
  if (typeof message === 'string') return message
  const { way, payload } = message
  if (originals.has(toHex(payload))) return 'still valid'
  const outcome = await node.outcome((inbox) => WAYS[way](inbox, 'peer', payload))
  // A signature over the header holds where a list was changed; the engine then judges the whole.
  return outcome === 'accepted' ? 'refused by the engine' : outcome
}

/** Every fourth time in the header of the envelope, which is small beside its payload. */
function mutated(envelope: Uint8Array, random: RandomSource): Uint8Array {
  if (random.next() >= HEADER_SHARE) return mutant(envelope, random)
  return concatBytes(mutant(envelope.subarray(0, HEADER_BYTES), random), envelope.subarray(HEADER_BYTES))
}

function messageOf(bytes: Uint8Array): { way: Way; payload: Uint8Array } | string {
  try {
    const { type, payloadLength } = decodeHeader(bytes)
    if (bytes.length !== HEADER_BYTES + payloadLength) return 'ENV_LENGTH'
    const way = WAY_OF.get(type)
    return way === undefined ? 'ENV_TYPE' : { way, payload: bytes.slice(HEADER_BYTES) }
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** What a message may change, as the objects of the immutable state. */
function stateOf({ loop }: Receiver): readonly unknown[] {
  const { chain, reveals, confirmations, votes, registrations, held, vote } = loop.state
  return [chain, reveals, confirmations, votes, registrations, held, vote.proposals]
}

/** Nothing was kept but drafts that are marked as refused. */
function checkUntouched(node: Receiver, before: readonly unknown[]): void {
  const changed = stateOf(node).flatMap((part, index) => (part === before[index] ? [] : [index]))
  const believed = [...node.loop.state.vote.drafts.values()].filter(({ verdict }) => verdict.ok).length
  if (changed.length + believed > 0) throw new Error(`a mutant was kept: ${changed.join(', ')}; ${believed} drafts`)
}

function pick<T>(list: readonly T[], random: RandomSource): T {
  return list[Math.floor(random.next() * list.length)] as T
}
