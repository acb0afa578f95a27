import { expect, it } from 'vitest'
import { tellFigure } from '../support/figure.js'
import { liarCost, liarJoins, liarPeerId, secondsOf } from './src/sync/liar-cost.js'

/** More of either with MONTANA_LIAR_ACCOUNTS and MONTANA_LIAR_ROUNDS. */
const ACCOUNTS = Number(process.env.MONTANA_LIAR_ACCOUNTS ?? 100_000)
const ROUNDS = Number(process.env.MONTANA_LIAR_ROUNDS ?? 3)
/** What one lie makes the joiner fetch in vain: a few chunks of a thousandth of all at most. */
const WASTED_SHARE = 0.01
/** Chunks of the liar until its first is judged: four are open at a peer at once, and each that comes makes place for one more. */
const CHUNKS_MAX = 16

/** On a busy host an honest server may be called slow, and what it had on its way comes twice. */
const aboutContent = (findings: readonly string[]) => findings.filter((finding) => !finding.startsWith('PEER_SLOW'))

const tell = (line: string) => process.stderr.write(`${line}\n`)

it('one liar of four servers is found at its first lie and asked no more; what it costs is told', async () => {
  const liar = await liarPeerId()
  const joins = await liarJoins(ACCOUNTS, ROUNDS, tell)
  for (const span of ['seconds', 'tableSeconds'] as const) {
    tell(JSON.stringify({ accounts: ACCOUNTS, span, ...secondsOf(joins, span) }))
    const costs = (['four', 'three'] as const).map((company) => (100 * liarCost(joins, company, span)).toFixed(1))
    tell(`beside four honest servers the liar costs ${costs[0]} %, beside the three others alone ${costs[1]} %`)
  }
  tellFigure(
    'r23-liar',
    100 * liarCost(joins, 'four'),
    `of ${ACCOUNTS.toLocaleString('en')} accounts, ${ROUNDS} rounds`,
  )

  for (const { window, records, findings, refuted, wastedBytes, bytes } of joins.liar) {
    expect({ window, records }).toEqual({ window: 256, records: ACCOUNTS + 8 })
    expect(refuted.map(({ peer }) => peer)).toEqual([liar])
    expect(refuted[0]?.chunks).toBeLessThanOrEqual(CHUNKS_MAX)
    expect(aboutContent(findings)).toEqual([expect.stringMatching(/^PROOF_INVALID: /)])
    expect(wastedBytes).toBeLessThan(WASTED_SHARE * bytes)
  }
  for (const { records, findings, wastedBytes, bytes } of [...joins.four, ...joins.three]) {
    expect({ records, findings: aboutContent(findings) }).toEqual({ records: ACCOUNTS + 8, findings: [] })
    expect(wastedBytes).toBeLessThan(WASTED_SHARE * bytes)
  }
}, 5_400_000)
