import { createHash } from 'node:crypto'
import { identityFromMasterSeed, type Signer, type selectPqBackend } from '@montana/crypto'
import { devnetGenesis, devnetParams, type GenesisDocument, genesisHash } from '@montana/ledger'

/** As many as the devnet has; all of them sign every window. */
const LABELS = ['moscow', 'armenia', 'frankfurt', 'helsinki']

export interface Member {
  readonly label: string
  /** 32 bytes. */
  readonly nodeId: Uint8Array
  readonly signer: Signer
}

/** Four members with real keys under the rules that the devnet uses, `rotation` and `vote`. */
export interface Network {
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  readonly members: readonly Member[]
}

export type PqModules = Awaited<ReturnType<typeof selectPqBackend>>

/** `d0` is the number of clock steps of one window. Keys follow from the labels, so every run has the same network. */
export async function makeNetwork(crypto: PqModules, d0: number): Promise<Network> {
  const identities = await Promise.all(LABELS.map((label) => identityFromMasterSeed(seedOf(label))))
  const operators = identities.map(({ publicKeys }, index) => ({
    label: LABELS[index] ?? '',
    nodePublicKey: publicKeys.node,
    accountPublicKey: publicKeys.account,
  }))
  const document = { ...devnetGenesis(operators), params: { ...devnetParams, d0 } }
  const members = await Promise.all(
    identities.map(async ({ nodeId, seeds }, index) => {
      return { label: LABELS[index] ?? '', nodeId, signer: await crypto.importSigner(seeds.node) }
    }),
  )
  return { document, genesisHash: genesisHash(document), members }
}

function seedOf(label: string): Uint8Array {
  return new Uint8Array(createHash('sha512').update(`montana-bench/${label}`).digest())
}
