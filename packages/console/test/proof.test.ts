import { headerScope, proposalHash } from '@montana/consensus'
import { addressOf } from '@montana/crypto'
import { fromHex, toHex } from '@montana/foundation'
import {
  type AccountRecord,
  accountCodec,
  composeStateRoot,
  emptyHash,
  proveEntries,
  smtRoot,
  Table,
  verifyInclusionProof,
} from '@montana/ledger'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountIdIn } from '../page/src/explorer/address.js'
import { type AccountClaim, checkAccount, verifyInclusion } from '../page/src/explorer/proof.js'

const bytes = (text: string) => fromHex(text) as Uint8Array
const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte)

describe('an inclusion proof', () => {
  it.each([
    [
      'of what is there',
      '75c5616151e1edc69306b949a53528a7365debd3d237c36911ea093eb343caf7',
      `${'cd'.repeat(32)}0a0000007265636f72642074776f${'00'.repeat(31)}600200a2569f0f543b54b8f26725c39b209f79a35ae770e0dd3fee4f34be9a4a988054291cefda81264c62597884620a5758e76c5ce1d194492463faf0873221445d77`,
      'record two',
    ],
    [
      'of what is not there',
      '119e8c0e9b7b5396fcdd42ca59c35bb17c743ae580b6fe2de934589a6e05f441',
      `${'ff'.repeat(32)}00000000${'00'.repeat(31)}400100711a7fb3de8e5d31dbd5818ced7ac6ca3872dd6764e6cfd06935160951d7ae40`,
      null,
    ],
  ])('is taken as the protocol has it: %s', async (_, root, proof, record) => {
    const shown = await verifyInclusion(bytes(root), bytes(proof))
    expect(shown?.record ? Buffer.from(shown.record).toString() : null).toBe(record)
  })

  it('is taken exactly where the ledger takes it, whatever is done to it', async () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }), cut: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 6 }), key, fc.option(change), async (keys, asked, damage) => {
        const entries = keys.map((one) => [one, Buffer.concat([one, filled(7, 40)])] as const)
        const root = smtRoot(entries)
        const proof = Uint8Array.from(proveEntries(entries, keys[0] && asked[0] === 0 ? keys[0] : asked))
        if (damage) proof[damage.at % proof.length] = ((proof[damage.at % proof.length] ?? 0) + damage.by) & 255
        const given = proof.subarray(0, proof.length - (damage?.cut ?? 0))
        const ours = await verifyInclusion(root, given)
        const theirs = verifyInclusionProof(root, given)
        expect(ours && { key: toHex(ours.key), record: ours.record && toHex(ours.record) }).toEqual(
          theirs && { key: toHex(theirs.key), record: theirs.record ? toHex(theirs.record) : null },
        )
      }),
      { numRuns: 40 },
    )
  })
})

const account: AccountRecord = {
  ...{ accountId: filled(0xab), balance: 2n ** 100n + 5n, suiteId: 1, isNodeOperator: true, frontierHash: filled(3) },
  ...{ opHeight: 4, accountChainLength: 5, accountChainLengthSnapshot: 6, currentPublicKey: filled(0, 1_952) },
  ...{ creationWindow: 7, lastOpWindow: 8, lastActivationWindow: 9 },
}
const other: AccountRecord = { ...account, accountId: filled(0xac), currentPublicKey: filled(1, 1_952) }

/** What an honest node says of an account of a table with two. */
function claimOf(accountId: Uint8Array): AccountClaim {
  const table = Table.fromRecords(accountCodec, [account, other])
  const [nodeRoot, candidateRoot, accountRoot] = [filled(0x11), emptyHash(256), table.root()]
  const stateRoot = composeStateRoot(nodeRoot, candidateRoot, accountRoot)
  const zero = filled(0)
  const scope = headerScope({
    ...{ prevProposalHash: zero, window: 12, protocolVersion: 1, controlRoot: zero, nodeRoot, candidateRoot },
    ...{ accountRoot, stateRoot, timechainValue: zero, includedBundlesRoot: zero, includedRevealsRoot: zero },
    ...{ winnerEndpoint: zero, winnerId: zero, proposerNodeId: zero, target: 1n, fallbackDepth: 1 },
  })
  return {
    ...{ window: 12, header_scope: toHex(scope), proposal_hash: toHex(proposalHash(scope)) },
    ...{ state_root: toHex(stateRoot), node_root: toHex(nodeRoot), candidate_root: toHex(candidateRoot) },
    ...{ account_root: toHex(accountRoot), proof: toHex(table.prove(accountId)) },
  }
}

const ID = toHex(account.accountId)
const honest = claimOf(account.accountId)
const flipped = (text: string | null, at = 0) => {
  const digits = [...(text ?? '')]
  digits[at] = digits[at] === '0' ? '1' : '0'
  return digits.join('')
}

describe('what a node says of an account', () => {
  it('is shown as its proven bytes have it', async () => {
    expect(await checkAccount(honest, ID)).toEqual({
      isProven: true,
      record: {
        ...{
          balance_nj: (2n ** 100n + 5n).toString(),
          suite: 1,
          is_node_operator: true,
          frontier_hash: '03'.repeat(32),
        },
        ...{ op_height: 4, chain_length: 5, chain_length_snapshot: 6, keyless: true, creation_window: 7 },
        ...{ last_op_window: 8, last_activation_window: 9 },
      },
    })
    const keyed = await checkAccount(claimOf(other.accountId), toHex(other.accountId))
    expect(keyed).toMatchObject({ isProven: true, record: { keyless: false } })
  })

  it('may be that there is none', async () => {
    const absent = claimOf(filled(0xee))
    expect(await checkAccount(absent, 'ee'.repeat(32))).toEqual({ isProven: true, record: null })
  })

  it.each<[string, Partial<AccountClaim>, string, string]>([
    ['another account than was asked for', {}, 'ac'.repeat(32), 'key'],
    ['an id that is none', {}, 'xyz', 'malformed'],
    ['a proof that is cut off', { proof: honest.proof.slice(0, -2) }, ID, 'malformed'],
    ['a proof that is no hex', { proof: 'zz' }, ID, 'malformed'],
    ['another balance', { proof: flipped(honest.proof, 2 * (36 + 32)) }, ID, 'account_root'],
    ['another root of the accounts', { account_root: flipped(honest.account_root) }, ID, 'account_root'],
    ['another root of the nodes', { node_root: flipped(honest.node_root) }, ID, 'state_root'],
    ['another state root', { state_root: flipped(honest.state_root) }, ID, 'state_root'],
    ['another window', { window: 13 }, ID, 'header'],
    ['another header', { header_scope: flipped(honest.header_scope, 3) }, ID, 'header'],
    ['another hash of the header', { proposal_hash: flipped(honest.proposal_hash) }, ID, 'header'],
    ['no header', { header_scope: null }, ID, 'header'],
    ['a header that is cut off', { header_scope: (honest.header_scope ?? '').slice(2) }, ID, 'header'],
  ])('is not believed with %s', async (_, changes, id, fault) => {
    expect(await checkAccount({ ...honest, ...changes }, id)).toEqual({ isProven: false, fault })
  })

  it('needs no header at the genesis', async () => {
    const genesis = { ...honest, window: 0, header_scope: null, proposal_hash: null }
    expect(await checkAccount(genesis, ID)).toMatchObject({ isProven: true })
  })
})

describe('an address', () => {
  it('is the account_id that it was made of', async () => {
    const id = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(filled(0)))
    const property = fc.asyncProperty(id, async (one) => {
      expect(await accountIdIn(addressOf(one))).toBe(toHex(one))
    })
    await fc.assert(property, { numRuns: 40 })
    expect(await accountIdIn('mt2D4zg5S4qjjNLmuqLZsuS9rwMUoa47SgmQ7RQvkW7hfVmaRgfb')).toBe(
      '9f199584ed120b987b617ba5bff829e176f23e5465dd70cfac5c141dfb131a21',
    )
  })

  it.each([
    ['mt2D4zg5S4qjjNLmuqLZsuS9rwMUoa47SgmQ7RQvkW7hfVmaRgfc', undefined],
    ['mt2D4zg5S4qjjNLmuqLZsuS9rwMUoa47SgmQ7RQvkW7hfVmaRgf', undefined],
    ['mt0OIl', undefined],
    ['mt', undefined],
    [`mt${'1'.repeat(4_000)}`, undefined],
    ['AB'.repeat(32), 'ab'.repeat(32)],
    ['ab'.repeat(31), undefined],
  ])('%s is one, or is not', async (text, id) => {
    expect(await accountIdIn(text)).toBe(id)
  })
})
