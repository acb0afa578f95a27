import type { BundleView } from '../../../src/api/explorer-views.js'
import { number, permille, shortHash } from '../data/format.js'
import { Empty } from '../parts/panel.js'
import { Member } from './member.js'

interface BundlesProps {
  readonly bundles: readonly BundleView[]
  /** Weight of all active members; null where it is not known. */
  readonly whole: number | null
}

/** Who confirmed, with what weight. */
export function Bundles({ bundles, whole }: BundlesProps) {
  if (bundles.length === 0) return <Empty title="None">The first window credits nobody.</Empty>
  return (
    <div class="scroll">
      <table class="ledger">
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col" class="num">
              Weight
            </th>
            <th scope="col" class="num">
              Share
            </th>
            <th scope="col" class="num">
              Reveals
            </th>
            <th scope="col">Bundle</th>
          </tr>
        </thead>
        <tbody>
          {bundles.map((bundle) => (
            <Row key={bundle.node_id} bundle={bundle} whole={whole} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ bundle, whole }: { bundle: BundleView; whole: number | null }) {
  const { weight } = bundle
  const share = weight === null || !whole ? null : Math.floor((1_000 * weight) / whole)
  return (
    <tr data-bundle={bundle.node_id}>
      <th scope="row">
        <Member member={bundle} />
      </th>
      <td data-name="Weight" class="num">
        {number(weight)}
      </td>
      <td data-name="Share" class="num">
        {permille(share)}
      </td>
      <td data-name="Reveals" class="num wide-only">
        {number(bundle.reveal_count)}
      </td>
      <td data-name="Bundle" class="wide-only">
        <code>{shortHash(bundle.bundle_hash)}</code>
      </td>
    </tr>
  )
}
