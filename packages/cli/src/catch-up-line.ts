import type { CatchUpStatus, NodeStatus } from '@montana/node/settings'

const MIB = 2 ** 20

/** For people, how far catching up is: `range 12 to 30, 8.3 windows/s, 3 s left, from moscow and helsinki, 1.2 MiB`. */
export function catchUpLine(status: CatchUpStatus): string {
  const { mode, phase, head, target, chunks, windows_per_second: rate, eta_seconds: eta, peers, bytes_fetched } = status
  const place = chunks ? `${chunks.proven} of ${chunks.total} chunks proven` : `${head} of ${target}`
  return [
    `${mode === phase ? mode : `${mode}, ${phase}`} ${place}`,
    ...(rate === null ? [] : [`${rate} windows/s`]),
    ...(eta === null ? [] : [`${eta} s left`]),
    ...(peers.length === 0 ? [] : [`from ${peers.join(', ')}`]),
    mebibytes(bytes_fetched),
  ].join(', ')
}

/** For people, what catching up came to: `31 windows by range in 1.4 s, 1.2 MiB`. */
export function caughtUpLine({ mode, windows, seconds, bytes_fetched, bytes_twice }: NodeStatus['caught_up']): string {
  const twice = bytes_twice === 0 ? '' : ` (${mebibytes(bytes_twice)} twice)`
  return `${windows} windows by ${mode ?? 'nothing'} in ${seconds.toFixed(1)} s, ${mebibytes(bytes_fetched)}${twice}`
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
