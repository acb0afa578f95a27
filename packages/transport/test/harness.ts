import { readFileSync } from 'node:fs'
import type {
  ConnectionEncrypter,
  MessageStream,
  MultiaddrConnection,
  SecuredConnection,
  StreamMessageEvent,
} from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { errorCode, noMetrics, systemTime } from '@montana/foundation'
import { multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'
import {
  createTransportMetrics,
  type EncrypterModules,
  type HandshakeReport,
  HybridEncrypter,
  type HybridEncrypterOptions,
  LIMITS,
  PqEncrypter,
  type PqEncrypterOptions,
} from '../src/index.js'

export const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)
export const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

interface Vector {
  readonly name: string
  readonly input: Record<string, unknown>
  readonly expected: Record<string, unknown>
}

/** One vector of the published transport set, a copy of which lies beside the tests. */
export function vector(name: string): Vector {
  const all = JSON.parse(readFileSync(new URL('./fixtures/transport.json', import.meta.url), 'utf8')) as Vector[]
  const found = all.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}

let backend: Promise<PqBackend> | undefined
export const testBackend = () => (backend ??= selectPqBackend())
export const testSigner = async (byte: number): Promise<Signer> =>
  await (await testBackend()).importSigner(filled(32, byte))

/** Deadlines short enough for a test that waits for one; a busy host may miss them with an honest handshake. */
export const QUICK = { handshake: { ...LIMITS.handshake, totalMs: 400, messageMs: 250 } }

export interface Party {
  readonly encrypter: ConnectionEncrypter
  readonly signer: Signer
  readonly reports: HandshakeReport[]
}

type Options = PqEncrypterOptions & HybridEncrypterOptions
type Kind = new (options: Options, modules: EncrypterModules) => ConnectionEncrypter

/** One end of handshakes, of the pq profile unless another class is named. */
export async function party(signer: Signer, options: Partial<Options> = {}, kind: Kind = PqEncrypter): Promise<Party> {
  const reports: HandshakeReport[] = []
  const encrypter = new kind(
    { admit: () => {}, ...options, onHandshake: (report) => reports.push(report) },
    { backend: await testBackend(), signer, metrics: createTransportMetrics(noMetrics), time: systemTime },
  )
  return { encrypter, signer, reports }
}

export const hybridParty = async (signer: Signer, options: Partial<Options> = {}): Promise<Party> =>
  await party(signer, options, HybridEncrypter)

export type Tamper = (bytes: Uint8Array, from: 'initiator' | 'responder', offset: number) => Uint8Array | undefined

/** Without an address it would take the number of the pair for a port, of which there are too few for a long run. */
function pair(): [MultiaddrConnection, MultiaddrConnection] {
  const remoteAddr = multiaddr('/ip4/127.0.0.1/tcp/1')
  return multiaddrConnectionPair({ outbound: { remoteAddr }, inbound: { remoteAddr } })
}

/** Two connections with a relay between them that may change, drop or cut what passes. */
export function tamperedPair(tamper: Tamper = (bytes) => bytes): [MultiaddrConnection, MultiaddrConnection] {
  const [initiator, nearInitiator] = pair()
  const [nearResponder, responder] = pair()
  relay(nearInitiator, nearResponder, (bytes, offset) => tamper(bytes, 'initiator', offset))
  relay(nearResponder, nearInitiator, (bytes, offset) => tamper(bytes, 'responder', offset))
  return [initiator, responder]
}

function relay(
  from: MultiaddrConnection,
  to: MultiaddrConnection,
  change: (bytes: Uint8Array, offset: number) => Uint8Array | undefined,
): void {
  let offset = 0
  from.addEventListener('message', (event: StreamMessageEvent) => {
    const bytes = toBytes(event.data)
    const changed = change(bytes, offset)
    offset += bytes.length
    if (changed !== undefined && to.status === 'open') to.send(changed)
  })
  from.addEventListener('close', ({ error }) => {
    if (to.status !== 'open') return
    if (error) to.abort(error)
    else void to.close().catch(() => {})
  })
}

export function toBytes(data: Uint8Array | Uint8ArrayList): Uint8Array {
  return data.slice()
}

export interface Outcome {
  readonly secured: SecuredConnection | undefined
  readonly code: string
}

/** Runs both sides of a handshake to their end, whatever it is. */
export async function shake(
  initiator: Party,
  responder: Party,
  pair: [MultiaddrConnection, MultiaddrConnection],
  options: Parameters<ConnectionEncrypter['secureOutbound']>[1] = {},
): Promise<[Outcome, Outcome]> {
  return await Promise.all([
    outcome(initiator.encrypter.secureOutbound(pair[0], options)),
    outcome(responder.encrypter.secureInbound(pair[1])),
  ])
}

export async function outcome(work: Promise<SecuredConnection>): Promise<Outcome> {
  try {
    return { secured: await work, code: 'ok' }
  } catch (error) {
    return { secured: undefined, code: errorCode(error) }
  }
}

/** All bytes that arrive on a stream, for as long as it lives. */
export function received(stream: MessageStream | undefined): Uint8Array[] {
  const parts: Uint8Array[] = []
  stream?.addEventListener('message', (event) => parts.push(toBytes(event.data)))
  return parts
}
