import { number } from '../data/format.js'

export interface Winner {
  readonly window: number
  readonly windowHref: string | null
  readonly name: string
}

/** The latest first, and who won how many of them. */
export function Winners({ winners }: { winners: readonly Winner[] }) {
  return (
    <>
      <p class="tally">
        {tallyOf(winners).map(([name, wins]) => (
          <span key={name}>
            {name} <strong>{wins}</strong>
          </span>
        ))}
      </p>
      <ol class="winners">
        {winners.map(({ window, windowHref, name }) => (
          <li key={window} data-winner={window}>
            {windowHref === null ? <span>{number(window)}</span> : <a href={windowHref}>{number(window)}</a>} {name}
          </li>
        ))}
      </ol>
    </>
  )
}

function tallyOf(winners: readonly Winner[]): [string, number][] {
  const wins = new Map<string, number>()
  for (const { name } of winners) wins.set(name, (wins.get(name) ?? 0) + 1)
  return [...wins].sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
}
