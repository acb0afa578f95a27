import type { ConnectionEncrypter, ConnectionProtector, PrivateKey } from '@libp2p/interface'
import { stockEncrypter } from '@montana/bench-peers'
import { selectPqBackend } from '@montana/crypto'
import { noMetrics, systemTime } from '@montana/foundation'
import {
  AssumedAgreement,
  createTransportMetrics,
  type EncrypterModules,
  HybridEncrypter,
  libp2pKey,
  PQ_PROTOCOL,
  PqEncrypter,
} from '@montana/transport'
import type { BackendName, StackName } from './contenders.js'

/** What a peer of the bench is built with besides TCP and yamux, which are the same for all. */
export interface Stack {
  /** js-libp2p's own Ed25519 key where there is none. */
  readonly privateKey?: PrivateKey
  readonly encrypter: EncrypterFactory
  /** As a node dials with these settings: the hybrid profile beside the other one, pq alone. Stock has no such stage. */
  readonly protector?: ConnectionProtector
}

/** The components are js-libp2p's own. */
export type EncrypterFactory = (components: Parameters<ReturnType<typeof stockEncrypter>>[0]) => ConnectionEncrypter

/** Every contender by its name; another profile is one more line. */
const STACKS: Readonly<Record<StackName, (backend: BackendName) => Promise<Stack>>> = {
  stock: async () => ({ encrypter: stockEncrypter() }),
  pq: async (backend) => ({
    ...(await postQuantum(backend, (modules) => new PqEncrypter({ admit: () => {} }, modules))),
    protector: {
      protect: async (raw) => (raw.direction === 'outbound' ? new AssumedAgreement(raw, PQ_PROTOCOL) : raw),
    },
  }),
  hybrid: (backend) => postQuantum(backend, (modules) => new HybridEncrypter({ admit: () => {} }, modules)),
}

export async function openStack(name: StackName, backend: BackendName): Promise<Stack> {
  return await STACKS[name](backend)
}

async function postQuantum(
  name: BackendName,
  create: (modules: EncrypterModules) => ConnectionEncrypter,
): Promise<Stack> {
  const backend = await selectPqBackend(name)
  const signer = await backend.importSigner(crypto.getRandomValues(new Uint8Array(32)))
  const encrypter = create({ backend, signer, metrics: createTransportMetrics(noMetrics), time: systemTime })
  return { privateKey: libp2pKey(signer), encrypter: () => encrypter }
}
