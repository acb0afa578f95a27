import { number, permille } from '../data/format.js'

/** A member and what part of the weight it holds. */
export interface Share {
  readonly id: string
  readonly name: string
  readonly href: string | null
  readonly weight: number
  /** Of the whole weight, in thousandths; null while there is none. */
  readonly permille: number | null
}

/** One bar a member; the longest fills the row, so that small differences can be seen. */
export function Shares({ shares }: { shares: readonly Share[] }) {
  const largest = Math.max(1, ...shares.map(({ permille: share }) => share ?? 0))
  return (
    <ul class="shares">
      {shares.map((share) => (
        <ShareRow key={share.id} share={share} largest={largest} />
      ))}
    </ul>
  )
}

function ShareRow({ share, largest }: { share: Share; largest: number }) {
  const { id, name, href, weight } = share
  const width = `${Math.round((1000 * (share.permille ?? 0)) / largest) / 10}%`
  return (
    <li data-share={id}>
      <span class="share-name">{href === null ? name : <a href={href}>{name}</a>}</span>
      <span class="share-track" aria-hidden="true">
        <span class="share-bar" style={{ width }} />
      </span>
      <span class="share-part">{permille(share.permille)}</span>
      <span class="share-weight">{number(weight)}</span>
    </li>
  )
}
